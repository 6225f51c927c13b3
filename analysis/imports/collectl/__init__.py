"""Plot files of collectl: what a host did."""
