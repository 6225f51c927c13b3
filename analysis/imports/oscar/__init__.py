"""Lab data of OSCAR and KEcoLab: marks, power and hardware of a session each."""
