"""Lab data of OSCAR's kind, small and made up, with the warts of the real one."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

HARDWARE = (
    "Date Time;[CPU]Totl%;[MEM]Used;[NET]RxKBTot;[NET]TxKBTot;[DSK]ReadTot;[DSK]ReadKBTot;[DSK]WriteKBTot"
)
BASE_W = 10.0


def german(number: float) -> str:
    return f"{number:.3f}".replace(".", ",")


@dataclass
class LabFolder:
    """One measurement: runs of whole seconds, a power above the base in them.

    Attributes:
        start: of the power and hardware logs, by the wall clock of the lab.
        runs_s: start and stop of each run, in seconds after ``start``.
        power_w: above `BASE_W`, within runs.
        actions: start and stop after the start of a run, and the words.
        fraction: of the marks' stamps, as written.
    """

    start: datetime
    runs_s: list[tuple[int, int]]
    power_w: float = 0.0
    actions: list[tuple[int, int, str]] = field(default_factory=list)
    fraction: str = ".000"
    seconds: int = 100

    def marks(self) -> list[str]:
        lines = []
        for start_s, stop_s in self.runs_s:
            lines.append(self.mark(start_s, "startTestrun"))
            for from_s, to_s, words in self.actions:
                lines.append(self.mark(start_s + from_s, f"startAction;  {words}"))
                lines.append(self.mark(start_s + to_s, "stopAction"))
            lines.append(self.mark(stop_s, "stopTestrun"))
        return lines

    def mark(self, after_s: int, words: str) -> str:
        moment = self.start + timedelta(seconds=after_s)
        return f"{moment:%Y-%m-%d %H:%M:%S}{self.fraction};{words}"

    def power(self) -> list[str]:
        """A reading stamped n is the mean of the second before it."""
        lines = ["Wert 1 : Wirkleistung L2 (1s) [UMG604]", "Nummer;Zeit;Wert 1-avg[W];Wert 1-min[W];"]
        for n in range(1, self.seconds + 1):
            inside = any(start_s < n <= stop_s for start_s, stop_s in self.runs_s)
            power_w = BASE_W + (self.power_w if inside else 0.0)
            moment = self.start + timedelta(seconds=n)
            lines.append(f"{n};{moment:%d.%m.%y, %H:%M:%S};{german(power_w)};0,1;")
        return lines

    def hardware(self) -> list[str]:
        stamps = [self.start + timedelta(seconds=n) for n in range(self.seconds + 1)]
        return [HARDWARE, *(f"{stamp:%d.%m.%Y %H:%M:%S};7;2000000;0;0;3;40;80" for stamp in stamps)]

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True)
        (folder / "a.csv").write_text("\n".join(self.marks()) + "\n")
        (folder / "b.csv").write_text("\n".join(self.power()) + "\n")
        (folder / "c.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(self.hardware()).encode() + b"\r\n")
        return folder


def usage(start: datetime = datetime(2022, 9, 22, 9, 0)) -> LabFolder:
    """Three runs of 20 s at 6 W above the base, with an action of 10 s."""
    return LabFolder(start, [(15, 35), (40, 60), (65, 85)], 6.0, [(5, 15, "Präsentationsmodus")])


def baseline(start: datetime = datetime(2022, 10, 4, 9, 0)) -> LabFolder:
    """Three runs of 20 s at the base."""
    return LabFolder(start, [(15, 35), (40, 60), (65, 85)])
