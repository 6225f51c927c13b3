"""Is an estimator right, for what, and by how much? Agreement with the meter (METHOD section 7)."""
