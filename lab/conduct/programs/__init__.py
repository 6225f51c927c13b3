"""The measured program, put on record in ``programs/`` of the campaign and checked by every run."""
