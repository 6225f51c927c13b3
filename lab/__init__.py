"""The operator's control room: configuration, plan, conductor, command line."""
