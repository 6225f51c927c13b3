"""Putting on a SUT behind ssh what works there."""
