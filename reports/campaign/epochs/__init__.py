"""Epochs of training, and what their energy correlates with."""
