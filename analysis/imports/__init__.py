"""Other people's logs become campaigns: one importer per format."""
