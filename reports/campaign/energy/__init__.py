"""Energy of runs and scenarios."""
