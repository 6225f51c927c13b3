"""What the hardware did, as the collectors recorded it."""

from reports.blocks.contract import Block, Chapter, Text
from reports.campaign.hardware.figures import hardware_sheet
from reports.campaign.view import View
from reports.words.numbers import finite, plain


def chapter(view: View) -> Chapter:
    """Show the means of all hardware indicators."""
    sheet = hardware_sheet(view)
    blocks: list[Block] = [*(Text(words) for words in _answers(view)), sheet]
    return Chapter("hardware", "Hardware usage", "Hardware", blocks, sheet.absent)


def _answers(view: View) -> list[str]:
    """Say between which scenarios the load of CPU and GPU reached."""
    said = []
    for column, chip in (("cpu_load_pct", "CPU"), ("gpu_load_pct", "GPU")):
        loads = [(load, s.name) for s in view.scenarios if (load := finite(s.row.get(column))) is not None]
        ends = sorted({min(loads), max(loads)}) if loads else []
        if ends:
            reached = " to ".join(f"{plain(load, 3)} % ({name})" for load, name in ends)
            said.append(f"Mean {chip} load: {reached}.")
    return [" ".join(said)] if said else []
