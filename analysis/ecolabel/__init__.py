"""Values of the Blue Angel for software, DE-UZ 215 (METHOD section 9)."""
