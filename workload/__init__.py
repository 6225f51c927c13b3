"""What the system under test is asked to do: the runner, the probe, scenarios, trackers."""
