"""`lab import`: one command per foreign format."""
