"""One run by itself: its files, windows, clock and hardware, and the energies measured in it."""
