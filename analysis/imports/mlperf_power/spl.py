"""The log that SPEC PTDaemon writes: one line a sample, as MLPerf Power publishes it in ``spl.txt``.

A line is ``Time,MM-DD-YYYY HH:MM:SS.mmm,Watts,..,Volts,..,Amps,..,PF,..,Mark,..`` and, of an analyzer
with several channels, a group ``ChN,Watts,..,Volts,..,Amps,..,PF,..`` for each. -1 stands for what is
not available and -2 for a sample that was missed; a channel beyond its range has its value negated.
All of it seen in the logs of the public repository mlcommons/inference_results_v1.0.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from analysis.imports.reading import SourceText, parse_number
from analysis.imports.stamps import parse_stamp
from analysis.maths.arrays import Floats

NOT_AVAILABLE, MISSED = -1.0, -2.0
_FORM = "Time,MM-DD-YYYY HH:MM:SS.mmm,Watts,..,Volts,..,Amps,..,PF,..,Mark,..[,ChN,Watts,..,...]"
_QUANTITIES = ("Watts", "Volts", "Amps", "PF")
_HEAD = ("Time", *_QUANTITIES, "Mark")
_GROUP = 9  # fields of a channel: its name, then four pairs


@dataclass(frozen=True)
class Sample:
    """One line.

    Attributes:
        t_local_s: its stamp as if the host's local time were UTC.
        values: watts, volts, amperes, power factor; negative where there is none.
        mark: what the client called the measurement.
        channels: the same four values of each channel, of an analyzer with several.
        resolution_w: step of the last digit of the power that is not a filled-up zero.
    """

    t_local_s: float
    values: tuple[float, float, float, float]
    mark: str
    channels: tuple[tuple[float, float, float, float], ...]
    resolution_w: float

    @property
    def flag(self) -> str:
        """Flag of the reading as `records.meter.FLAGS` has it; empty for a good one."""
        if self.values[0] > NOT_AVAILABLE:
            return ""
        beyond = any(channel[0] < MISSED or channel[2] < MISSED for channel in self.channels)
        return "overrange" if beyond else "nodata"

    @property
    def power_factor(self) -> float | None:
        """Power factor; of several channels P over the sum of their V times A."""
        if self.values[3] >= 0:
            return self.values[3]
        apparent_va = sum(volts * amps for _, volts, amps, _ in self.channels)
        return self.values[0] / apparent_va if self.values[0] > 0 and apparent_va > 0 else None


@dataclass(frozen=True, eq=False)
class SplLog:
    """The samples of one phase in the order of the file.

    Attributes:
        samples: see `Sample`.
        torn_line: number of the last line where it was cut off and is left out, else ``None``.
    """

    samples: list[Sample]
    torn_line: int | None

    @property
    def t_local_s(self) -> Floats:
        """Stamps as if local time were UTC, ``(n,)``."""
        return np.array([sample.t_local_s for sample in self.samples])

    @property
    def power_w(self) -> Floats:
        """Power, NaN where there is none, ``(n,)``."""
        return np.array([s.values[0] if not s.flag else np.nan for s in self.samples])

    @property
    def marks(self) -> Counter[str]:
        """How often each mark occurs."""
        return Counter(sample.mark for sample in self.samples)

    @property
    def resolution_w(self) -> float:
        """Finest step of the power that the digits show."""
        good = [sample.resolution_w for sample in self.samples if not sample.flag]
        return min(good, default=1.0)

    @property
    def highest(self) -> tuple[float, float]:
        """Highest voltage and current of any channel in a good sample."""
        parts = [part for s in self.samples if not s.flag for part in (s.channels or (s.values,))]
        return max((p[1] for p in parts), default=0.0), max((p[2] for p in parts), default=0.0)


def parse_spl(text: SourceText) -> SplLog:
    """Read a whole log.

    Raises:
        RecordError: a line is no sample, or there is none. A last line that was cut off is left out.
    """
    samples: list[Sample] = []
    torn_line = None
    for number, line in enumerate(text.lines, start=1):
        if not line.strip():
            continue
        try:
            samples.append(_parse_line(line))
        except ValueError as error:
            if number == len(text.lines) and samples:
                torn_line = number
                break
            raise text.refuse(number, f"expected {_FORM}, but {error}") from None
    return SplLog(samples, torn_line)


def local_s(stamp: str) -> float:
    """Return a stamp of PTDaemon or the load generator in seconds, as if its local time were UTC.

    Raises:
        ValueError: it is none.
    """
    parsed = parse_stamp(stamp, "mdy")
    if parsed is None or not parsed.dated:
        raise ValueError(f"{stamp!r} is no stamp MM-DD-YYYY HH:MM:SS.mmm")
    return parsed.local_s


def _parse_line(line: str) -> Sample:
    fields = line.split(",")
    head, rest = fields[: 2 * len(_HEAD)], fields[2 * len(_HEAD) :]
    if tuple(head[::2]) != _HEAD or len(head) != 2 * len(_HEAD):
        raise ValueError(f"its names are {','.join(head[::2])[:80]}")
    if len(rest) % _GROUP:
        raise ValueError(f"{len(rest)} fields follow the mark, which is no multiple of {_GROUP}")
    groups = [rest[i : i + _GROUP] for i in range(0, len(rest), _GROUP)]
    for group in groups:
        if tuple(group[1::2]) != _QUANTITIES or not group[0].startswith("Ch"):
            raise ValueError(f"a channel's group begins {','.join(group)[:60]}")
    decimals = len(head[3].rstrip("0").partition(".")[2])
    return Sample(
        t_local_s=local_s(head[1]),
        values=_numbers(head[3:11:2]),
        mark=head[11],
        channels=tuple(_numbers(group[2::2]) for group in groups),
        resolution_w=10.0**-decimals,
    )


def _numbers(texts: list[str]) -> tuple[float, float, float, float]:
    values = [parse_number(text) for text in texts]
    watts, volts, amps, factor = values
    if watts is None or volts is None or amps is None or factor is None:
        raise ValueError(f"not all of {','.join(texts)} are numbers")
    return watts, volts, amps, factor
