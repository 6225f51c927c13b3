"""Environments of measured programs and trackers: which there are, where they lie, how they are built.

Nothing of Wattlab is installed in them. Each is made of exact versions (``pins/NAME.txt``) for the
interpreter that runs the lab.
"""
