"""Software trackers as the lab sees them from outside: tried on this machine, and against a known truth."""
