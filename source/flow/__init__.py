"""Data flow: what the names of a program hold, statement by statement, and what is done with it."""
