"""Statistics of runs and scenarios (docs/explanation/method.md#statistics)."""
