"""A page on this machine over a folder of campaigns. It reads what the others wrote, and writes nothing."""
