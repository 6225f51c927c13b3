"""The page of `lab compare`."""
