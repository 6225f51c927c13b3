"""How a campaign is named in commands, so that a line can be copied from the page into a shell."""

import re

from records.results import Results

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
PLACEHOLDER = '"DIR"'
"""Stands for the campaign's folder where its name could mean something to a shell; quoted, because the name
that takes its place may hold blanks."""


def folder_words(results: Results) -> str:
    """Return the campaign's id, which usually names its folder, or a placeholder.

    The id comes from a file that may hold anything; what is no plain word is never put into a command.
    """
    name = results.campaign.id
    return name if _PLAIN.fullmatch(name) else PLACEHOLDER


def rule_words(results: Results) -> str:
    """Return the option for the rule in force, empty for the default rule."""
    if results.rule == "default" or not _PLAIN.fullmatch(results.rule):
        return ""
    return f" --rule {results.rule}"
