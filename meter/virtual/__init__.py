"""Virtual instruments: programs on pseudo-terminals that speak a meter's protocol byte for byte.

They exist to test the lab and to show it without hardware. Whatever they say is SIMULATED.
"""
