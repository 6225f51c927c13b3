"""What a chapter is made of. A chapter says what it shows; the template knows how it looks."""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from records.findings import Level
from reports.blocks.kit import Sheet
from reports.blocks.tables import Table
from reports.words.texts import slug

Tone = Literal["", "small", "nothing", "good", "warn", "refuse"]
"""How a text looks: ``good``, ``warn`` and ``refuse`` are verdicts, ``nothing`` stands where nothing is."""


@dataclass(frozen=True)
class Heading:
    """A heading within a chapter; its words give its id on the page."""

    kind: ClassVar[str] = "heading"
    words: str

    @property
    def key(self) -> str:
        """Id on the page, unique as long as no chapter has two headings of the same words."""
        return slug(self.words)


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    kind: ClassVar[str] = "text"
    words: str
    tone: Tone = ""


@dataclass(frozen=True)
class Lines:
    """Names with their values, one a line."""

    kind: ClassVar[str] = "lines"
    caption: str
    rows: list[tuple[str, str]]


@dataclass(frozen=True)
class Code:
    """Commands or a record, word for word."""

    kind: ClassVar[str] = "code"
    caption: str
    words: str


@dataclass(frozen=True)
class SourceLine:
    """A line of a program with the energy of the calls in it.

    Attributes:
        number: of the line, from 1.
        words: its text.
        energy: of its calls in J, or a bound; empty without calls.
        label: how the energy was found; empty without calls.
        calls: how many there were; empty without calls.
        heat: 0 without energy, up to `HOTTEST`.
        note: which calls; shown where the reader points.
    """

    number: int
    words: str
    energy: str = ""
    label: str = ""
    calls: str = ""
    heat: int = 0
    note: str = ""


HOTTEST = 6


@dataclass(frozen=True)
class Listing:
    """The text of a program next to the energy of its lines.

    Attributes:
        caption: which file.
        parts: heading (of a notebook's cell, or of what is left out; empty for a whole file) and lines.
    """

    kind: ClassVar[str] = "listing"
    caption: str
    parts: list[tuple[str, list[SourceLine]]]


@dataclass(frozen=True)
class FindingEntry:
    """All findings of one code.

    Attributes:
        level, code: of them.
        where: run folder, or how many runs; empty for the whole campaign.
        message: of the first one, said to be an example where they differ.
        each: all of them as (where, message); empty where there is only one.
        meaning, remedy: of the code, in words with names in backticks; empty for an unknown code.
    """

    level: Level
    code: str
    where: str
    message: str
    each: list[tuple[str, str]]
    meaning: str
    remedy: str


@dataclass(frozen=True)
class Findings:
    """A list of findings, made by `reports.blocks.findings.findings_block`."""

    kind: ClassVar[str] = "findings"
    entries: list[FindingEntry]


@dataclass(frozen=True)
class Choice:
    """Figures of which the reader sees the one that he chooses; on paper all of them.

    Attributes:
        key: id on the page.
        words: what is chosen.
        options: the name of each figure, and the figure; the first one is shown at first. At most ten.
    """

    kind: ClassVar[str] = "choice"
    key: str
    words: str
    options: list[tuple[str, Sheet]]


@dataclass(frozen=True)
class Fold:
    """A part of a chapter for specialists: its heading is seen, the rest when the reader opens it.

    On paper it is open.
    """

    kind: ClassVar[str] = "fold"
    words: str
    blocks: list["Block"]

    @property
    def key(self) -> str:
        """Id on the page, like that of a heading."""
        return slug(self.words)


Block = Heading | Text | Lines | Code | Listing | Findings | Choice | Fold | Sheet | Table


def folds(blocks: list[Block]) -> list[Block]:
    """Fold each part that begins with a heading; a table that is the whole of its part needs no second fold.

    Args:
        blocks: what stands before the first heading stays as it is.
    """
    done: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading):
            done.append(Fold(block.words, []))
        elif done and isinstance(done[-1], Fold):
            done[-1].blocks.append(block)
        else:
            done.append(block)
    return [_opened(block) if isinstance(block, Fold) else block for block in done]


def _opened(fold: Fold) -> Fold:
    tables = [block for block in fold.blocks if isinstance(block, Table)]
    if len(tables) != 1:
        return fold
    return replace(fold, blocks=[replace(b, folded=False) if b is tables[0] else b for b in fold.blocks])


@dataclass(frozen=True)
class Chapter:
    """A chapter of a report.

    Attributes:
        key: id on the page.
        title: its heading.
        short: its name in the table of contents.
        blocks: from top to bottom; a figure (`Sheet`) is numbered by its place in the report.
        absent: why the campaign has nothing for this chapter; it is listed with its reason at the end of
            the report, so that nobody looks for it in vain.
    """

    key: str
    title: str
    short: str
    blocks: list[Block]
    absent: str = ""

    @property
    def sheets(self) -> list[Sheet]:
        """The figures of the chapter."""
        return [sheet for group in self.sheet_groups for sheet in group]

    @property
    def sheet_groups(self) -> list[list[Sheet]]:
        """The figures of the chapter, those of a choice together."""
        return [group for block in self.blocks for group in _sheet_groups(block)]

    @property
    def tables(self) -> list[Table]:
        """The tables of the chapter, those behind the figures included."""
        behind = [sheet.data for sheet in self.sheets if sheet.data is not None]
        return [*(table for block in self.blocks for table in _tables(block)), *behind]


def _tables(block: Block) -> list[Table]:
    if isinstance(block, Fold):
        return [table for part in block.blocks for table in _tables(part)]
    return [block] if isinstance(block, Table) else []


def _sheet_groups(block: Block) -> list[list[Sheet]]:
    if isinstance(block, Fold):
        return [group for part in block.blocks for group in _sheet_groups(part)]
    if isinstance(block, Choice):
        return [[sheet for _, sheet in block.options]]
    return [[block]] if isinstance(block, Sheet) else []
