"""The drivers: one file for each family of instruments."""
