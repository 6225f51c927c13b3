"""Statistics of runs and scenarios (METHOD section 6)."""
