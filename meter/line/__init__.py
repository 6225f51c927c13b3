"""Bytes to and from an instrument: ports, recordings of them, and one reader for each."""
