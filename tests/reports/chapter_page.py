"""A chapter or two as a page of their own, for tests that need no others."""

from collections.abc import Callable

from report_page import Page

from records.results import Results
from reports.blocks.contract import Chapter, Text
from reports.blocks.svg import drawing_style
from reports.campaign.page import render
from reports.campaign.view import View, view_of


def made(chapter: Callable[[View], Chapter], results: Results) -> Chapter:
    """Return the chapter of these results."""
    with drawing_style():
        return chapter(view_of(results))


def page_of(chapter: Callable[[View], Chapter], results: Results, *others: Callable[[View], Chapter]) -> Page:
    """Return the page of a report that has this chapter and the others alone."""
    return Page(render(results, (chapter, *others)))


def verdict(chapter: Chapter) -> Text:
    """Return the first paragraph of a chapter."""
    return next(block for block in chapter.blocks if isinstance(block, Text))


def cells(chapter: Chapter, key: str) -> list[dict[str, str]]:
    """Return a table of a chapter, a row as words by header."""
    (table,) = [table for table in chapter.tables if table.key == key]
    names = [column.label for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]
