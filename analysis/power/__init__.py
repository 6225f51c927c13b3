"""Power over time: calibrated readings on their own cadence; the energy of any window (METHOD section 2)."""
