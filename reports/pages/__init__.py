"""Pages beside the report: comparison, agreement, certificate, live view."""
