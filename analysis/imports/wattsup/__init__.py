"""Logs of Watts up? meters."""
