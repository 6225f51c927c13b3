"""Datasets of energy per API call: many programs from local checkouts, measured one after the other."""
