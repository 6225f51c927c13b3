"""What the command line prints: results on stdout, progress on stderr, one JSON document if asked."""

import json
import sys
from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDTH_OFF_TERMINAL = 200  # rich would assume 80 columns there, and fold words apart

stdout = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH_OFF_TERMINAL)
"""For tables and results; rich leaves colour away when it is not a terminal."""


def make_stderr() -> Console:
    """Return the console for progress."""
    return Console(stderr=True, highlight=False)


def print_json(document: object) -> None:
    """Print the one JSON document of a command that was asked for ``--json``."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str | None = None) -> None:
    """Print a plain table; numbers are right-aligned by being formatted before."""
    table = Table(title=title, box=None, pad_edge=False, title_justify="left", title_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    stdout.print(table)
