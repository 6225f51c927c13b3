"""Software trackers against the meter."""
