"""Scenarios against each other."""
