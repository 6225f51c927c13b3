"""The program's text with joules next to each line."""

from collections.abc import Iterator, Sequence

from records.rows.calls import CallSiteRow
from reports.blocks.contract import HOTTEST, Block, Fold, Lines, Listing, SourceLine, Text
from reports.campaign.calls.profiles import Profile
from reports.campaign.view import RecordedProgram
from reports.words.calls import Joules, full_name, site_name
from reports.words.numbers import count, plain
from source.notebooks import cells_of

MOST_LINES = 600
"""Of a longer file the page shows the lines with calls and what stands around them."""

_AROUND = 3
_COLUMNS_PER_TAB = 8

Cells = list[tuple[int | None, list[str]]]
"""As of `source.notebooks.cells_of`."""


def source_blocks(profile: Profile, program: RecordedProgram | None) -> list[Block]:
    """Return a folded listing of each file with calls, the one with the most energy first."""
    files: dict[str, list[CallSiteRow]] = {}
    for row in profile.sites:
        if row.line is not None and row.kind != "group":
            files.setdefault(row.file, []).append(row)
    hottest = max((profile.energy(row).value or 0.0 for rows in files.values() for row in rows), default=0.0)
    return [
        Fold(_heading(profile, file), [*_listing(profile, file, rows, program, hottest), *_outside(profile)])
        for file, rows in files.items()
    ]


def _outside(profile: Profile) -> list[Block]:
    """Return what of the run's energy no line has."""
    rows = [
        (site_name(row), f"{profile.energy(row).words} J, {row.label}")
        for row in profile.parts
        if row.kind in ("uncovered", "gate")
    ]
    return [Lines(f"Energy of {profile.name} in no line", rows)] if rows else []


def _heading(profile: Profile, file: str) -> str:
    return f"Source of {file} with the {profile.kind} of {profile.name}"


def _listing(
    profile: Profile, file: str, rows: list[CallSiteRow], program: RecordedProgram | None, hottest: float
) -> list[Block]:
    text = None if program is None else program.texts.get(file)
    lines: dict[tuple[int | None, int], list[CallSiteRow]] = {}
    for row in sorted(rows, key=lambda row: (row.cell or 0, row.line or 0, row.column or 0)):
        lines.setdefault((row.cell, row.line or 0), []).append(row)
    if text is None:
        shown = [
            _line(profile, number, sites[0].expression, sites, hottest)
            for (_, number), sites in lines.items()
        ]
        missing = f"The text of {file} is not on record in programs/; only the calls are listed."
        return [Text(missing, "nothing"), Listing(f"Calls in {file}", [("", shown)])]
    caption = f"{file}: {profile.kind} per run of the calls that begin in each line"
    return [Listing(caption, list(_parts(profile, lines, cells_of(file, text), hottest)))]


def _parts(
    profile: Profile, lines: dict[tuple[int | None, int], list[CallSiteRow]], cells: Cells, hottest: float
) -> Iterator[tuple[str, list[SourceLine]]]:
    """Yield the cells of a notebook or the whole of a script; of long ones the lines with calls."""
    long = sum(len(texts) for _, texts in cells) > MOST_LINES
    for cell, texts in cells:
        made = [
            _line(profile, number, words, lines.get((cell, number), []), hottest)
            for number, words in enumerate(texts, start=1)
        ]
        rows = [row for (one, _), rows in lines.items() if one == cell for row in rows]
        heading = _heading_of(cell, rows)
        yield from _excerpts(heading, made) if long else [(heading, made)]


def _heading_of(cell: int | None, rows: list[CallSiteRow]) -> str:
    """Return the number of a notebook's cell with its execution count; nothing of a script."""
    if cell is None:
        return ""
    run = next((row.execution_count for row in rows if row.execution_count is not None), None)
    return f"Cell {cell}" if run is None else f"Cell {cell}, In [{run}]"


def _excerpts(heading: str, lines: list[SourceLine]) -> list[tuple[str, list[SourceLine]]]:
    """Return the lines with calls and those around them, each stretch with a heading."""
    wanted = sorted(
        {
            near
            for place, line in enumerate(lines)
            if line.calls
            for near in range(max(0, place - _AROUND), min(len(lines), place + _AROUND + 1))
        }
    )
    stretches: list[list[SourceLine]] = []
    for place in wanted:
        if not stretches or stretches[-1][-1].number != lines[place].number - 1:
            stretches.append([])
        stretches[-1].append(lines[place])
    lead = f"{heading}, " if heading else ""
    return [
        (f"{lead}lines {part[0].number} to {part[-1].number} of {len(lines)}", part) for part in stretches
    ]


def _line(
    profile: Profile, number: int, words: str, sites: Sequence[CallSiteRow], hottest: float
) -> SourceLine:
    words = words.expandtabs(_COLUMNS_PER_TAB)
    if not sites:
        return SourceLine(number, words)
    energies = [
        energy for energy in map(profile.energy, sites) if (energy.value, energy.bound) != (None, None)
    ]
    size = sum(max(energy.value or 0.0, 0.0) for energy in energies)
    heat = (
        0 if hottest <= 0 or size <= 0 else min(HOTTEST, 1 + int(HOTTEST * (size / hottest) ** 0.5 * 0.999))
    )
    return SourceLine(
        number=number,
        words=words,
        energy=_sum_words(energies),
        label=", ".join(dict.fromkeys(filter(None, map(_label, sites)))),
        calls=plain(sum(row.calls_per_run for row in sites), 3),
        heat=heat,
        note="; ".join(_note(profile, row) for row in sites),
    )


def _sum_words(energies: list[Joules]) -> str:
    """Return the energy of a line; a sum with a bound in it is a bound."""
    if len(energies) == 1:
        return energies[0].words
    if not energies:
        return ""
    bounded = any(energy.bound is not None for energy in energies)
    return f"{'≤ ' if bounded else ''}{plain(sum(energy.size for energy in energies), 3)}"


def _label(row: CallSiteRow) -> str:
    return "in a group" if row.group is not None else row.label


def _note(profile: Profile, row: CallSiteRow) -> str:
    if row.group is not None:
        group = next((one for one in profile.sites if one.site == row.group), None)
        shared = (
            "" if group is None else f", {profile.energy(group).words} J with others that always come with it"
        )
        return f"{site_name(row)}: {count(row.calls)} calls in all runs{shared}"
    return (
        f"{full_name(row)}: {profile.energy(row).words} J, {row.label}, {count(row.calls)} calls in all runs"
    )
