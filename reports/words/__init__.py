"""How numbers and sentences of the reports are put."""
