"""Estimates of the energy without a meter and without a tracker, by formulas that people use."""
