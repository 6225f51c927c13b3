"""The collectors: what the SUT does during a run, recorded on the SUT."""
