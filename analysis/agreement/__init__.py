"""Is an estimator right, for what, and by how much? Agreement with the meter.

See docs/explanation/method.md#a-tracker-against-the-meter.
"""
