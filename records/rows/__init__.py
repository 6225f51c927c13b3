"""The rows of the result tables: one frozen dataclass a table, each column with its unit and meaning.

Derived from them are the CSV files and their columns, ``results.json``, the column types of the index
and the tables of docs/reference/records.md. `records.results.Results` says which row is in which table.
"""
