"""Texts from files and devices on a terminal. Loaded by every command, so it loads nothing large."""


def visible(text: str) -> str:
    """Return a text that can do nothing to a terminal: it may come from others."""
    from reports.words.texts import printable

    return printable(text.expandtabs())
