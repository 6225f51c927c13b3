"""The first screen of a report: the answer, how sure it is, and what speaks against it."""
