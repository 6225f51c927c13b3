"""The measured program."""
