"""One chapter as a page of its own, for tests that need no other."""

from collections.abc import Callable

from report_page import Page

from records.results import Results
from reports.chapters.contract import Chapter, Text
from reports.pages import render_page
from reports.summary import summary_of
from reports.svg import drawing_style
from reports.view import View, view_of


def made(chapter: Callable[[View], Chapter], results: Results) -> Chapter:
    """Return the chapter of these results."""
    with drawing_style():
        return chapter(view_of(results))


def page_of(chapter: Callable[[View], Chapter], results: Results) -> Page:
    """Return the page of a report that has this chapter alone."""
    view, found = view_of(results), made(chapter, results)
    shown = [] if found.absent else [found]
    context = {
        "results": results,
        "summary": summary_of(view),
        "chapters": shown,
        "absent": [found] if found.absent else [],
        "numbers": {sheet.key: number for number, sheet in enumerate(found.sheets, start=1)},
        "data": "",
    }
    return Page(render_page("campaign.html", context, simulated=view.simulated))


def verdict(chapter: Chapter) -> Text:
    """Return the first paragraph of a chapter."""
    return next(block for block in chapter.blocks if isinstance(block, Text))


def cells(chapter: Chapter, key: str) -> list[dict[str, str]]:
    """Return a table of a chapter, a row as words by header."""
    (table,) = [table for table in chapter.tables if table.key == key]
    names = [column.label for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]
