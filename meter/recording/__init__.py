"""From readings to files: sessions, what is checked of a reading, the log and its gap ledger."""
