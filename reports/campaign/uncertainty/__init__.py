"""Uncertainty budgets."""
