"""What resource-leak smells cost: the verdicts first, then in percent, block by block, in memory."""

from collections.abc import Iterator

from records.rows.smells import SmellRow
from reports.blocks.contract import Block, Chapter, Heading, Text, Tone, folds
from reports.campaign.smells.costs import costs_sheet, published_of
from reports.campaign.smells.memory import memory_sheet
from reports.campaign.smells.pairs import pairs_sheet
from reports.campaign.smells.parts import parts_sheet
from reports.campaign.smells.tables import HOW, costs_table, effects_table, trackers_table
from reports.campaign.view import View
from reports.words.smells import (
    GROWTHS,
    QUANTITIES,
    energy_row,
    loaded_words,
    memory_words,
    parts_words,
    tracker_words,
    verdict_words,
)

_ABSENT = (
    "`lab.toml` declares no pair of a program with a resource-leak smell and its clean twin "
    "([[smell]], docs/reference/configuration.md)."
)


def chapter(view: View) -> Chapter:
    """Show what each smell of the campaign costs, and by what it is known."""
    declared = list(published_of(view.results.settings))
    rows = [row for row in view.results.smells if row.quantity in QUANTITIES]
    if not declared and not rows:
        return Chapter("smells", "What the smells cost", "Smells", [], _ABSENT)
    busy = loaded_words(view.results)
    blocks: list[Block] = [Text(busy, "warn")] if busy else []
    for name in dict.fromkeys([*declared, *(row.smell for row in rows)]):
        blocks += _answers(view, rows, name)
    if rows:
        blocks += [
            costs_sheet(view, rows, HOW),
            pairs_sheet(view, rows),
            parts_sheet(view, rows),
            memory_sheet(view, rows),
            costs_table(rows, view.unit),
            *_co2(view, rows),
            *folds(_details(view, rows)),
        ]
    return Chapter("smells", "What the smells cost", "Smells", blocks)


def _answers(view: View, rows: list[SmellRow], smell: str) -> Iterator[Block]:
    """Give the verdict on a smell's energy first, then what it is made of."""
    energy = energy_row(rows, smell)
    if energy is None:
        yield Text(f"{smell}: not compared, no runs of both scenarios were counted.", "nothing")
        return
    yield Text(verdict_words(energy, view.unit), _tone(energy))
    more = [parts_words(energy, view.unit)]
    more += [memory_words(row) for row in rows if row.smell == smell and row.quantity in GROWTHS]
    more += [
        tracker_words(row, view.unit)
        for row in rows
        if (row.smell, row.quantity) == (smell, "energy_wh") and row.agrees is not None
    ]
    if text := " ".join(filter(None, more)):
        yield Text(text, "small")


def _tone(row: SmellRow) -> Tone:
    return "warn" if row.verdict in ("too few repeats", "no verdict") else "good"


def _co2(view: View, rows: list[SmellRow]) -> list[Block]:
    """Say by which factor energy became CO2; without one none is given."""
    row = next((row for row in rows if (row.quantity, row.instrument) == ("co2_g", "meter")), None)
    if row is None:
        words = (
            "CO₂ by the meter: not given, as `[analysis] grid_co2_g_per_kwh` states no factor of the grid."
        )
    else:
        factor, source = (view.results.settings.get(f"grid_co2_{part}") for part in ("g_per_kwh", "source"))
        words = f"CO₂ by the meter: gross energy times {factor} g of CO₂ equivalents per kWh ({source})."
    return [Text(words, "small")]


def _details(view: View, rows: list[SmellRow]) -> list[Block]:
    blocks: list[Block] = [
        Heading("Effect sizes of the smells, and what could be seen"),
        effects_table(rows, view.unit),
    ]
    if any(row.meter_difference is not None for row in rows):
        blocks += [Heading("Do tracker and meter agree about the smells"), trackers_table(rows, view.unit)]
    return blocks
