"""The certificate of a calibration."""
