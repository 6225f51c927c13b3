"""One colour per scenario, the same in every figure, also told apart by colour-blind readers.

The colours are those of Okabe and Ito, "Color Universal Design" (2008), without their yellow,
which is too light for lines on white. The baseline is grey: it is the background, not a scenario
of interest. A scenario with a tracker keeps its scenario's colour and is hatched or dashed.
"""

from functools import cache

BASELINE = "#767676"
BASELINE_PART = "#c9c9c9"
INK = "#1f2328"
MUTED = "#59636e"
GRID = "#e3e6ea"
WARNING = "#a33b00"

OKABE_ITO = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#111111")
PAPER = "#ffffff"


def colours(base_scenarios: list[tuple[str, str]]) -> dict[str, str]:
    """Give each scenario a colour, in the order of first appearance.

    Args:
        base_scenarios: (name, kind) of the scenarios, trackers left aside. Above seven the colours
            come round again.

    Returns:
        Colour as ``#rrggbb`` by name.
    """
    chosen: dict[str, str] = {}
    used = 0
    for name, kind in base_scenarios:
        if name in chosen:
            continue
        if kind == "baseline":
            chosen[name] = BASELINE
            continue
        chosen[name] = OKABE_ITO[used % len(OKABE_ITO)]
        used += 1
    return chosen


def css(colour: str) -> str:
    """Return a colour as CSS: the page's variable for it, which follows the reader's light or dark scheme.

    Args:
        colour: ``#rrggbb``; one that is none of ours, or any other word, comes back as it is.
    """
    name = _variables().get(colour)
    return colour if name is None else f"var(--{name})"


@cache
def _variables() -> dict[str, str]:
    """Return the variables of ``templates/colours.css`` by the colours that they hold in light."""
    names = {
        INK: "ink",
        MUTED: "soft",
        GRID: "grid",
        PAPER: "paper",
        WARNING: "simulated",
        BASELINE: "baseline",
        pale(BASELINE): "baseline-pale",
        BASELINE_PART: "baseline-part",
    }
    for number, colour in enumerate(OKABE_ITO, start=1):
        names |= {colour: f"s{number}", pale(colour): f"s{number}-pale"}
    return names


def pale(colour: str) -> str:
    """Mix a colour ``#rrggbb`` with as much white again, for what belongs to it but is not it."""
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{(part + 255) // 2:02x}" for part in parts)
