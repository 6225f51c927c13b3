"""What the hardware did, as the collectors recorded it."""

from records.rows.families import HardwareColumn
from reports.blocks.contract import Block, Chapter, Text
from reports.campaign.hardware.figures import hardware_sheet
from reports.campaign.view import View
from reports.words.numbers import plain


def chapter(view: View) -> Chapter:
    """Show the means of all hardware indicators."""
    sheet = hardware_sheet(view)
    blocks: list[Block] = [*(Text(words) for words in _answers(view)), sheet]
    return Chapter("hardware", "Hardware usage", "Hardware", blocks, sheet.absent)


def _answers(view: View) -> list[str]:
    """Say between which scenarios the load of CPU and GPU reached."""
    chips: dict[HardwareColumn, str] = {"cpu_load_pct": "CPU", "gpu_load_pct": "GPU"}
    sentences = []
    for column, chip in chips.items():
        loads = [
            (load, item.name)
            for item in view.scenarios
            if (load := item.row.hardware.get(column)) is not None
        ]
        ends = sorted({min(loads), max(loads)}) if loads else []
        if ends:
            reached = " to ".join(f"{plain(load, 3)} % ({name})" for load, name in ends)
            sentences.append(f"Mean {chip} load: {reached}.")
    return [" ".join(sentences)] if sentences else []
