"""Profiles of FECoM and GREENLIGHT: calls with the counters of CPU, RAM and GPU."""
