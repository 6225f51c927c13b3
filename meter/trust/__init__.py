"""How far a meter can be trusted: its calibration and its delay."""
