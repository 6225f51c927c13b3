"""Energy per API call: what the profiler recorded, and calls that the program marked itself."""

from reports.blocks.contract import Block, Chapter, Heading
from reports.campaign.calls.flame import flame_sheet
from reports.campaign.calls.folded import folded_sheet
from reports.campaign.calls.marked import marked_blocks
from reports.campaign.calls.over_time import over_time_sheet
from reports.campaign.calls.profiles import profiles_of
from reports.campaign.calls.ranks import ranks_sheet
from reports.campaign.calls.sites import HOW, answer, coverage, sites_table
from reports.campaign.calls.sizes import sizes_sheet
from reports.campaign.calls.source import source_blocks
from reports.campaign.view import View

_ABSENT = (
    "no run recorded calls. `lab profile` records the calls of an unmodified program; a program that writes "
    "spans of the kind “call” to its events gives the energy of each (docs/reference/records.md)."
)


def chapter(view: View) -> Chapter:
    """Show which calls cost most, where they are in the program, and how well that is known."""
    blocks = _profiled(view)
    marked = marked_blocks(view)
    if blocks and marked:
        blocks.append(Heading("Calls marked by the program"))
    blocks += marked
    return Chapter("calls", "API calls", "Calls", blocks, "" if blocks else _ABSENT)


def _profiled(view: View) -> list[Block]:
    profiles = profiles_of(view)
    if not profiles:
        return []
    simulated = view.simulated
    figures = [
        ranks_sheet(profiles, HOW, simulated=simulated),
        flame_sheet(profiles, simulated=simulated),
        over_time_sheet(view, profiles),
        folded_sheet(profiles, simulated=simulated),
        sizes_sheet(profiles, simulated=simulated),
    ]
    blocks: list[Block] = [block for profile in profiles for block in (answer(profile), coverage(profile))]
    blocks += [figure for figure in figures if figure is not None]
    blocks.append(sites_table(profiles))
    blocks += [block for profile in profiles for block in source_blocks(profile, view.program)]
    return blocks
