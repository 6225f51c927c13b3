"""Numbers without meaning: arrays, and the description of samples."""
