"""Program text as a syntax tree."""

import ast
import gc
import re
import warnings

_LINE_END = re.compile(r"\r\n?|\n")


class NotebookError(ValueError):
    """A document is no notebook; the message stands alone."""


def parsed(text: str) -> ast.Module:
    """Parse a program without the warnings that belong to its authors.

    Raises:
        SyntaxError, ValueError: it is not Python 3.
    """
    collects = gc.isenabled()
    gc.disable()  # a tree has no circles; to look for some while it grows takes a third of the time
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    finally:
        if collects:
            gc.enable()


def python_lines(text: str) -> list[str]:
    """Return the lines that Python counts: a form feed, unlike in `str.splitlines`, ends none."""
    lines = _LINE_END.split(text)
    return lines if lines[-1] else lines[:-1]


def why_not(error: SyntaxError | ValueError | LookupError) -> str:
    """Return what keeps a text from being Python 3, with its line where that is known, or a notebook."""
    if isinstance(error, NotebookError):
        return str(error)
    line = f"line {error.lineno}: " if isinstance(error, SyntaxError) and error.lineno else ""
    return f"not Python 3: {line}{error.msg if isinstance(error, SyntaxError) else error}"
