"""The figures that a reader can zoom into: their data, their models, their place on the page."""
