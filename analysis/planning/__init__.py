"""What a campaign will reach, before it is run (docs/explanation/planning.md)."""
