"""The system under test: how to reach it, what it is, what it does."""
