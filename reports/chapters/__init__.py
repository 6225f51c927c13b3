"""The chapters of the campaign report: each module makes one from the results."""
