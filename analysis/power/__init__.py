"""Power over time: calibrated readings on their own cadence; the energy of any window.

See docs/explanation/method.md#energy-of-a-window.
"""
