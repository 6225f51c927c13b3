"""The numbers of the figures of a page: on a screen in its order, on paper in that of the print."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from reports.blocks.contract import Chapter, Fold, Heading
from reports.blocks.kit import Sheet

_MOST_PANELS = 3
"""A figure with more fills a page: on paper it is in the appendix."""


@dataclass(frozen=True)
class FigureNumbers:
    """What the template writes at each figure.

    Attributes:
        screen, paper: number by the key of the figure; those of one choice share one: 7a, 7b. Without
            those of the paper both are the same.
        leading: keys of the figures that are in the main part on paper: the first of each of its chapters.
    """

    screen: dict[str, str]
    paper: dict[str, str]
    leading: frozenset[str]


def figure_numbers(chapters: Sequence[Chapter], main: Collection[str]) -> FigureNumbers:
    """Number the figures of a report.

    Args:
        chapters: in the order of the page.
        main: keys of those whose sentences and first figure make the main part on paper; the rest of them
            follows, then the other chapters.
    """
    leading = {sheet.key for chapter in chapters if chapter.key in main for sheet in _leading(chapter)}
    groups = [(chapter, keys) for chapter in chapters for keys in _shown(chapter)]
    printed = sorted(groups, key=lambda one: (not leading.issuperset(one[1]), one[0].key not in main))
    return FigureNumbers(
        screen=_numbered(keys for _, keys in groups),
        paper=_numbered(keys for _, keys in printed),
        leading=frozenset(leading),
    )


def one_after_another(sheets: Iterable[Sheet]) -> FigureNumbers:
    """Number the figures of a page that is printed as it stands."""
    numbers = _numbered([sheet.key] for sheet in sheets if sheet.panels)
    return FigureNumbers(numbers, {}, frozenset())


def _leading(chapter: Chapter) -> list[Sheet]:
    """Return the first figure of a chapter, unless it belongs under a heading or to the appendix."""
    for block in chapter.blocks:
        if isinstance(block, Heading | Fold):
            break
        if isinstance(block, Sheet) and block.panels:
            return [block] if len(block.panels) <= _MOST_PANELS else []
    return []


def _shown(chapter: Chapter) -> list[list[str]]:
    groups = ([sheet.key for sheet in group if sheet.panels] for group in chapter.sheet_groups)
    return [keys for keys in groups if keys]


def _numbered(groups: Iterable[list[str]]) -> dict[str, str]:
    return {
        key: f"{number}{chr(ord('a') + place) if len(keys) > 1 else ''}"
        for number, keys in enumerate(groups, start=1)
        for place, key in enumerate(keys)
    }
