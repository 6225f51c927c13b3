"""What the command line prints: results on stdout, progress on stderr, one JSON document if asked."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDTH_OFF_TERMINAL = 200  # rich would assume 80 columns there, and fold words apart

stdout = Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else _WIDTH_OFF_TERMINAL)
"""For tables and results; rich leaves colour away when it is not a terminal."""


def make_stderr() -> Console:
    """Return the console for progress."""
    return Console(stderr=True, markup=False, highlight=False)


@contextmanager
def progress_bar(text: str) -> Iterator[Callable[..., None]]:
    """Show on a terminal how far something is.

    Args:
        text: what is being done.

    Yields:
        A function to be called with how many are done, how many there are and, where it changes, the text.
    """
    from rich.progress import Progress

    console = make_stderr()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(text, total=None)

        def show(done: int, total: int, what: str | None = None) -> None:
            bar.update(task, completed=done, total=total, description=what)

        yield show


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
