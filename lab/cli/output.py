"""What the command line prints: results on stdout, progress on stderr, one JSON document if asked."""

import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.cli.visible import visible

_WIDTH_OFF_TERMINAL = 200  # rich would assume 80 columns there, and fold words apart

_SEEN_BY_TERMINALS_ONLY = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class PlainConsole(Console):
    """A console on which a text means nothing but itself: no markup, no emoji, no control characters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print texts and what else rich can show; a text is one line, so that a path in it can be copied."""
        if all(isinstance(shown, str) for shown in objects):
            options.setdefault("soft_wrap", True)
        super().print(*map(_visible_object, objects), **options)


def _visible_object(shown: Any) -> Any:
    if isinstance(shown, Text):
        shown.plain = visible(shown.plain)
        return shown
    return visible(shown) if isinstance(shown, str) else shown


stdout = PlainConsole(width=None if sys.stdout.isatty() else _WIDTH_OFF_TERMINAL)
"""For tables and results; rich leaves colour away when it is not a terminal."""


class _Unread(io.TextIOWrapper):
    """A stream that goes silent when its reader, its terminal or its disk space is gone."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError:
            self._go_silent()
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            self._go_silent()

    def _go_silent(self) -> None:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), self.fileno())  # what is still buffered has somewhere to go


def make_stderr() -> Console:
    """Return the console for progress, which nobody need read."""
    try:
        buffer = open(sys.stderr.fileno(), "wb", closefd=False)  # noqa: SIM115 - lives as long as we do
    except (AttributeError, OSError):  # closed by the caller, or put into a buffer by a test
        return PlainConsole(stderr=True)
    stream = _Unread(buffer, encoding=sys.stderr.encoding, errors="backslashreplace")
    return PlainConsole(file=stream)


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
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    text = json.dumps(document, indent=2, ensure_ascii=not is_unicode, default=str)
    click.echo(_SEEN_BY_TERMINALS_ONLY.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str | None = None) -> None:
    """Print a plain table; numbers are right-aligned by being formatted before."""
    table = Table(
        title=title and visible(title), box=None, pad_edge=False, title_justify="left", title_style="bold"
    )
    for name in columns:
        table.add_column(visible(name), overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else visible(str(value))) for value in row))
    stdout.print(table)
