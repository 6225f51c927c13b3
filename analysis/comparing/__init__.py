"""Two scenarios of one campaign or of two, side by side: what ``lab compare`` shows."""
