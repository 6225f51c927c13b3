"""Energy and work, or energy and accuracy."""
