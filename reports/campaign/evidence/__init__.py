"""Runs, findings and environment: what the numbers rest on."""
