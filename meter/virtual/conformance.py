"""Every driver against every fault of its virtual twin: ``python -m meter.virtual.conformance``.

Prints a table, drivers by faults, in which each cell says how the fault ended: in a flag, in a
reconnection, in readings counted as missing, in a refusal, or without harm. A number of watts that
the instrument did not have, a fault that nobody noticed, or a meter that does not come back is
``FAILED``, and the exit code is 1. The instrument's true power is constant, so that every reading
without a flag has to be that power within the meter's limits of error.

Nothing here is a measurement: all instruments are virtual, and all figures SIMULATED.
"""

import argparse
import json
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from meter.contract import Meter
from meter.line.errors import PortLost
from meter.line.format import Line
from meter.line.transport import Transport
from meter.recording.ledger import GapLedger
from meter.recording.reading_filter import ReadingFilter
from meter.recording.session import MeterSession
from meter.registry import create, driver_class, virtual_drivers
from meter.virtual.bench import Simulation, simulate
from meter.virtual.faults import KINDS, LATE_S, ON_THE_LINE, Fault
from meter.virtual.power_model import ConstantPower
from meter.virtual.twins import twin_class
from records.errors import DeviceError, WattlabError
from records.meter import Reading
from records.times import now_mono_s

WATTS = 97.2
CHECKS = ("reads", "second reader", "left clean")
"""What is looked at without a fault: it identifies, reads and stops; a second reader is refused;
afterwards the meter sends nothing any more."""

COLUMNS = (*CHECKS, *KINDS)
NOT_POSSIBLE = "-"
FAILED = "FAILED"

_MUST_BE_NOTICED = {"silence", "garbage", "torn", "unplug", "checksum", "sentinel", "overrange"}
_LONGEST_S = 60.0
_AT_ONCE = 4  # drivers; most of the time they wait
_QUIET_S = 1.5
_SHORTEST_INTERVAL_S = 0.01


@dataclass(frozen=True)
class Outcome:
    """How one check of one driver ended.

    Attributes:
        driver: its name.
        check: one of `COLUMNS`.
        verdict: a word or two for the table; begins with `FAILED` when it is a failure.
        detail: what was seen, in words.
    """

    driver: str
    check: str
    verdict: str
    detail: str = ""

    @property
    def failed(self) -> bool:
        """Whether this must not be."""
        return self.verdict.startswith(FAILED)


@dataclass
class _Watched:
    """What came out of a session while a fault was going on."""

    rows: list[tuple[float, Reading]] = field(default_factory=list)
    error: str = ""
    tolerance_w: float = 0.0

    @property
    def false_w(self) -> list[float]:
        powers_w = [reading.power_w for _, reading in self.rows if reading.power_w is not None]
        return [power_w for power_w in powers_w if not abs(power_w - WATTS) <= self.tolerance_w]

    @property
    def flags(self) -> list[str]:
        return list(dict.fromkeys(reading.flag for _, reading in self.rows if reading.flag))


def examine_driver(driver: str, checks: tuple[str, ...] = COLUMNS) -> list[Outcome]:
    """Put a driver through the checks, all at the same time, each with a twin of its own."""
    with ThreadPoolExecutor(max_workers=len(checks)) as pool:
        return list(pool.map(lambda check: examine(driver, check), checks))


def examine(driver: str, check: str) -> Outcome:
    """Put a driver through one check of `COLUMNS`; takes some ten seconds."""
    try:
        if check == "reads":
            return _reads(driver)
        if check == "second reader":
            return _second_reader(driver)
        if check == "left clean":
            return _left_clean(driver)
        if check not in ON_THE_LINE | twin_class(driver).own_faults:
            return Outcome(driver, check, NOT_POSSIBLE)
        return _stuck(driver) if check == "stuck" else _fault(driver, check)
    except WattlabError as error:
        return Outcome(driver, check, FAILED, str(error))


def print_table(outcomes: list[Outcome]) -> str:
    """Return the outcomes as a Markdown table, drivers by checks."""
    cells = {(o.driver, o.check): o.verdict for o in outcomes}
    drivers = list(dict.fromkeys(o.driver for o in outcomes))
    lines = [f"| driver | {' | '.join(COLUMNS)} |", f"|---|{'---|' * len(COLUMNS)}"]
    lines += [
        f"| `{driver}` | {' | '.join(cells.get((driver, c), '') for c in COLUMNS)} |" for driver in drivers
    ]
    return "\n".join(lines)


def _interval_s(driver: str) -> float:
    return max(driver_class(driver).spec.fastest_interval_s, _SHORTEST_INTERVAL_S)


@contextmanager
def _twin(driver: str, fault: Fault | None = None) -> Iterator[str]:
    """Run a virtual instrument in a thread; yield its port."""
    over, ready = threading.Event(), threading.Event()
    port = [""]

    def announce(path: str) -> None:
        port[0] = path
        ready.set()

    with tempfile.TemporaryDirectory(prefix="wattlab-") as folder:
        simulation = Simulation(
            name=driver,
            source=ConstantPower(WATTS),
            link=Path(folder) / "port" if twin_class(driver).link == "pty" else None,
            faults=(fault,) if fault else (),
        )
        thread = threading.Thread(
            target=simulate, args=(simulation,), kwargs={"stop": over.is_set, "announce": announce}
        )
        thread.start()
        ready.wait(10.0)
        try:
            yield port[0]
        finally:
            over.set()
            thread.join()


def _tolerance_w(meter: Meter) -> float:
    """Return the meter's own limits of error at the power of the test."""
    accuracy = meter.accuracy_in_force()
    range_w = accuracy.range_w or 0.0
    percents_w = accuracy.reading_pct / 100 * WATTS + accuracy.range_pct / 100 * range_w
    return percents_w + (accuracy.counts + 1.5) * meter.spec.resolution_w


def _session(driver: str, port: str) -> MeterSession:
    return MeterSession(create(driver), port, _interval_s(driver))


def _reads(driver: str) -> Outcome:
    with _twin(driver) as port, _session(driver, port) as session:
        if not session.identity.model:
            return Outcome(driver, "reads", FAILED, "no model in the identity")
        if not session.simulated:
            return Outcome(driver, "reads", FAILED, "a virtual instrument was not marked as simulated")
        good: list[float] = []
        deadline_s = now_mono_s() + _LONGEST_S
        for reading in session.readings(lambda: now_mono_s() > deadline_s):
            if reading.power_w is not None:
                good.append(reading.power_w)
            if len(good) == 3:
                break
        worst_w = max((abs(power_w - WATTS) for power_w in good), default=0.0)
        if len(good) < 3 or worst_w > _tolerance_w(session.meter):
            return Outcome(driver, "reads", FAILED, f"expected three times {WATTS} W, found {good}")
    return Outcome(driver, "reads", "yes", f"{session.identity.model}: {good}")


def _second_reader(driver: str) -> Outcome:
    with _twin(driver) as port, _session(driver, port):
        try:
            with _session(driver, port):
                return Outcome(driver, "second reader", FAILED, "two readers at the same time")
        except DeviceError as error:
            right = "another program" in str(error)
            return Outcome(driver, "second reader", "refused" if right else FAILED, str(error))


def _left_clean(driver: str) -> Outcome:
    with _twin(driver) as port:
        if _heard(port):
            return Outcome(driver, "left clean", NOT_POSSIBLE, "the instrument sends by itself")
        with _session(driver, port) as session:
            next(session.readings(lambda: False))
        heard = _heard(port)
    if heard:
        return Outcome(driver, "left clean", FAILED, f"after the end came {heard[:60]!r}")
    return Outcome(driver, "left clean", "yes")


def _heard(port: str) -> bytes:
    """Return what a meter says to a listener that sends nothing."""
    transport = Transport(port.replace("http://", "socket://"), Line(9600))
    try:
        return transport.drain(quiet_s=_QUIET_S, limit_s=_QUIET_S)
    except PortLost:
        return b""  # one on the network may hang up on a client that asks nothing
    finally:
        transport.close()


def _stuck(driver: str) -> Outcome:
    """A frozen reading: minutes of it are not waited for, but given to the filter in one go."""
    limit = driver_class(driver).spec.unchanged_limit
    if limit is None:
        return Outcome(driver, "stuck", "not seen", "the digits are too coarse to tell it from a steady load")
    with _twin(driver, Fault("stuck", 0.0, 3600.0)) as port, _session(driver, port) as session:
        good = []
        for reading in session.readings(lambda: False):
            if reading.power_w is not None:
                good.append(reading)
            if len(good) == 4:
                break
    reading_filter = ReadingFilter(create(driver), 1.0)
    flags = [reading_filter.check(good[-1], float(second)).flag for second in range(limit + 1)]
    if flags != [""] * limit + ["stuck"]:
        return Outcome(driver, "stuck", FAILED, f"{limit} equal readings were not flagged")
    return Outcome(driver, "stuck", f"flag after {limit}", f"{limit} equal readings in a row")


def _fault(driver: str, kind: str) -> Outcome:
    interval_s = _interval_s(driver)
    fault = Fault(kind, max(1.0, 2.5 * interval_s), max(3.0, 4 * interval_s))
    if kind == "streaming":
        fault = Fault(kind, 0.0, 1.0)
    with _twin(driver, fault) as port:
        over_s = fault.start_s + fault.duration_s + (LATE_S if kind == "late" else 0.0)
        watched = _watch(driver, port, over_s)
    if watched.false_w:
        return Outcome(
            driver,
            kind,
            FAILED,
            f"false watts {watched.false_w[:3]}, true {WATTS} W +- {watched.tolerance_w:g} W",
        )
    if watched.error:
        return Outcome(driver, kind, "refused", watched.error)
    ledger = GapLedger(interval_s)
    for _, reading in watched.rows:
        ledger.add(reading)
    missing = sum(gap["missing"] for gap in ledger.gaps())
    flags = watched.flags
    if not watched.rows or watched.rows[-1][1].flag:
        return Outcome(driver, kind, f"{FAILED}: not back", f"flags {flags}")
    if "reconnected" in flags:
        return Outcome(driver, kind, "reconnect", "+".join(flags))
    if flags:
        return Outcome(driver, kind, f"flag {'+'.join(flags)}", f"{missing} missing")
    if missing:
        return Outcome(driver, kind, "missing counted", f"{missing} missing")
    if kind in _MUST_BE_NOTICED:
        return Outcome(driver, kind, f"{FAILED}: unnoticed")
    return Outcome(driver, kind, "no harm")


def _watch(driver: str, port: str, over_s: float) -> _Watched:
    """Read until a good reading came after the fault, counted from the first reading."""
    watched = _Watched()
    deadline_s = now_mono_s() + _LONGEST_S
    try:
        with _session(driver, port) as session:
            for reading in session.readings(lambda: now_mono_s() > deadline_s):
                now_s = now_mono_s()
                watched.rows.append((now_s, reading))
                watched.tolerance_w = _tolerance_w(session.meter)
                if not reading.flag and now_s > watched.rows[0][0] + over_s + 1.0:
                    break
    except DeviceError as error:
        watched.error = str(error)
    return watched


def main(argv: list[str] | None = None) -> int:
    """Examine the drivers; return 1 when one failed, else 0."""
    parser = argparse.ArgumentParser(
        prog="python -m meter.virtual.conformance", description="Drivers against the faults of their twins."
    )
    parser.add_argument("--driver", action="append", choices=virtual_drivers(), help="default: all")
    parser.add_argument("--check", action="append", choices=COLUMNS, help="default: all")
    parser.add_argument("--json", action="store_true", help="details, one JSON document")
    options = parser.parse_args(argv)
    checks = tuple(options.check or COLUMNS)
    outcomes: list[Outcome] = []
    with ProcessPoolExecutor(max_workers=_AT_ONCE) as pool:
        for found in pool.map(partial(examine_driver, checks=checks), options.driver or virtual_drivers()):
            outcomes += found
            failures = [outcome for outcome in found if outcome.failed]
            print(f"{found[0].driver}: {len(failures)} failed", file=sys.stderr)
            for outcome in failures:
                print(f"  {outcome.check}: {outcome.verdict} ({outcome.detail})", file=sys.stderr)
    print(json.dumps([asdict(o) for o in outcomes], indent=1) if options.json else print_table(outcomes))
    return int(any(outcome.failed for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
