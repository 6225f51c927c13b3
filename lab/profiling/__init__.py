"""Profiles: a program, or variants of it, as a campaign of their own, and the energy of its calls."""
