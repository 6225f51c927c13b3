"""Program text as a syntax tree."""

import ast
import gc
import warnings


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


def why_not(error: SyntaxError | ValueError | LookupError) -> str:
    """Return what keeps a text from being Python 3, with its line where that is known."""
    line = f"line {error.lineno}: " if isinstance(error, SyntaxError) and error.lineno else ""
    return f"not Python 3: {line}{error.msg if isinstance(error, SyntaxError) else error}"
