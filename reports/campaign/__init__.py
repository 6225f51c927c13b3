"""The report of a campaign: a page of chapters, one folder for each topic."""
