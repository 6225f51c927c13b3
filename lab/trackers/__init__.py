"""Software trackers as the lab sees them from outside: against a known truth."""
