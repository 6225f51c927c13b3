"""What the tests of SCPI meters share: virtual instruments on ports, and what went over the wire."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from meter_terminals import answering

from meter.contract import Meter
from meter.registry import create
from meter.virtual.bench import Simulation, simulate
from meter.virtual.instrument import InstrumentErrors, VirtualInstrument
from meter.virtual.power_model import ConstantPower, PowerSource
from meter.virtual.twins import twin_class
from records.meter import Reading

WATTS = 97.2


@contextmanager
def running(name: str, source: PowerSource | None = None) -> Iterator[str]:
    """Run a virtual instrument in a thread; yield its port."""
    over, ready = threading.Event(), threading.Event()
    ports: list[str] = []

    def announce(port: str) -> None:
        ports.append(port)
        ready.set()

    simulation = Simulation(name=name, source=source or ConstantPower(WATTS))
    thread = threading.Thread(
        target=simulate, args=(simulation,), kwargs={"stop": over.is_set, "announce": announce}
    )
    thread.start()
    assert ready.wait(10.0)
    try:
        yield ports[0]
    finally:
        over.set()
        thread.join()


@contextmanager
def started(name: str, port: str, interval_s: float, **options: object) -> Iterator[tuple[Meter, list[str]]]:
    """Start a meter; yield it, and the commands that were sent so far."""
    sent: list[str] = []
    meter = create(name, options)

    def tap(t_utc_s: float, direction: str, data: bytes) -> None:
        if direction == "tx":
            sent.extend(line.strip() for line in data.decode("ascii").splitlines() if line.strip())

    meter.tap = tap
    with meter:
        meter.open(port, interval_s)
        meter.identify()
        meter.start()
        yield meter, sent


def next_reading(meter: Meter) -> Reading:
    """Wait for a reading, up to 8 s."""
    reading = meter.read(8.0)
    assert reading is not None
    return reading


def fresh(name: str) -> VirtualInstrument:
    """Return a virtual instrument without a port, after its first interval."""
    twin = twin_class(name)(InstrumentErrors(), 1)
    twin.advance(WATTS)
    return twin


@contextmanager
def loaded(twin: VirtualInstrument) -> Iterator[str]:
    """Put a virtual instrument, set as its operator left it, behind a pseudo-terminal; yield the path.

    It updates whenever it hears something, so that nothing has to be waited for.
    """

    def answer(heard: bytes) -> bytes:
        twin.advance(WATTS)
        return twin.receive(heard)

    with answering(answer) as port:
        yield port


def asked(twin: VirtualInstrument) -> Callable[[str], str]:
    """Return a function that sends a line and returns the answer without its line end."""
    return lambda text: twin.receive(text.encode() + b"\n").decode("ascii").rstrip("\r\n")


def value_of(twin: VirtualInstrument, question: str) -> float:
    """Ask for a number."""
    return float(asked(twin)(question))
