"""`lab meter`: commands that talk to one power meter, or simulate one."""
