"""What CPU, GPU and memory did meanwhile."""
