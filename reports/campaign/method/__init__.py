"""How the numbers were computed."""
