"""What chapters and pages are made of: texts, tables, drawings, HTML."""
