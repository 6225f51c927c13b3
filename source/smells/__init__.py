"""Leak smells: the rules, and the engine that applies them to files."""
