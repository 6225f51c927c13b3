"""What a campaign writes down: file formats, readers and writers, units, times, errors.

The on-disk contract is described in ``docs/reference/records.md``. This package is the only one
that every other package may import, and it imports nothing but the standard library and pandas.
pandas itself is imported only inside the functions that read tables, because the processes that
write records run alongside the measured program and must stay light.
"""
