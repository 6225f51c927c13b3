"""Other people's logs become campaigns: one importer per format.

An importer reads its files with `analysis.imports.reading`, says of everything that it repaired,
assumed or left out that it did (`analysis.imports.repairs`), and writes a campaign folder with
`analysis.imports.writing`. What it cannot understand it refuses with file, line and reason.
"""
