"""A scripted truth: the power of every part of a simulated machine, known exactly at every moment."""
