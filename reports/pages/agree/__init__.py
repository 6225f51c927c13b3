"""The page of `lab agree`."""
