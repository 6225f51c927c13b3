"""Named actions of a program."""
