"""Results become documents that people read."""
