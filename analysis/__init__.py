"""Records become results: energies, baselines, uncertainty, agreement. No device is touched here."""
