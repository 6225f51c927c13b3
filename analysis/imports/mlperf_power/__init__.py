"""Results of MLPerf Power: the logs of PTDaemon and of both hosts."""
