"""The figures of the report: each module draws one and says how it was computed."""
