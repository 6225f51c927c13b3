"""Pages other than the report: comparison, agreement, certificate, live view."""
