"""Runs of one scenario put together: baseline, induced energies, means with their uncertainty."""
