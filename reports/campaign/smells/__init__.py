"""What resource-leak smells cost."""
