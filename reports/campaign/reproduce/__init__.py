"""How to repeat, cite and check the campaign."""
