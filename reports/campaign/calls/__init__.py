"""Calls of a program."""
