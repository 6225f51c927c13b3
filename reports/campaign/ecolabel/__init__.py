"""Values for the ecolabel DE-UZ 215."""
