"""A virtual WT310 and a virtual WT210.

They answer what the public program yokotool sends, the ranges, the integrator as far as commands
and errors go, and ``:COMM:WAIT``, which holds back whatever follows until the next update.
"""

from abc import ABC, abstractmethod
from collections import deque
from functools import partial
from typing import ClassVar

from meter.virtual.instrument import Electrical, InstrumentErrors, OwnFault
from meter.virtual.scpi import (
    Command,
    Refused,
    VirtualScpi,
    boolean,
    crest_factor_command,
    is_on,
    nr3,
    one_of,
    physical,
    range_commands,
    stored,
)

_UPDATES_S = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
_SQRT2 = 2**0.5


class VirtualWT(VirtualScpi, ABC):
    """What both have in common.

    Class attributes:
        identity: the answer to ``*IDN?``.
        no_data, over: what stands in place of a number.
    """

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "sentinel", "overrange", "header"})
    headers: ClassVar[bool] = True
    verbose: ClassVar[bool] = True
    interval_s: float = 0.25
    identity: ClassVar[str]
    no_data: ClassVar[str]
    over: ClassVar[str]

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self.with_texts = False
        self.events = 0
        self.edges = dict.fromkeys(range(1, 16), "NEVER")
        self.integrating = "RESET"
        self.integrated_from = self.integrated_to = Electrical()
        self._waits = False
        self._behind: deque[str] = deque()

    def message(self, text: str) -> bytes:
        """A line behind ``:COMM:WAIT`` is answered after the next update."""
        if self._waits:
            self._behind.append(text)
            return b""
        return super().message(text)

    def stream(self) -> bytes:
        """An update is finished, so bit 0 falls."""
        if self.edges[1] in ("FALL", "BOTH"):
            self.events |= 1
        if self.integrating == "START":
            self.integrated_to = self.now
        behind, self._behind, self._waits = self._behind, deque(), False
        return b"".join(self.message(text) for text in behind)

    def ask_error(self, argument: str) -> str:
        """Answer ``:STAT:ERR?``; with a text when ``:STAT:QMES`` is on."""
        answer = self.next_error()
        return answer if self.with_texts else answer.partition(",")[0]

    def ask_events(self, argument: str) -> str:
        """Answer ``:STAT:EESR?``, which clears it."""
        events, self.events = self.events, 0
        return str(events)

    def wait(self, argument: str) -> None:
        """Hold back what follows until one of the events of the mask is there."""
        self._waits = not self.events & int(physical(argument))

    def set_edge(self, argument: str) -> None:
        """Set which edge of a condition bit makes an event."""
        number, _, edge = argument.partition(" ")
        if edge.upper() not in ("NEVER", "RISE", "FALL", "BOTH"):
            raise Refused(150, "Invalid parameter")
        self.edges[int(number)] = edge.upper()

    def set_update(self, argument: str) -> None:
        """Set the update interval; not while it integrates."""
        if self.integrating == "START":
            raise Refused(813, "Not allowed during integration")
        self.interval_s = one_of(_UPDATES_S, argument)

    def set_switch(self, name: str, argument: str) -> None:
        """Switch headers, their long form, or the texts of errors."""
        setattr(self, name, is_on(argument))

    def integrate(self, action: str, argument: str) -> None:
        """Start, stop or reset the integrator."""
        running = self.integrating == "START"
        if action == "START" and running:
            raise Refused(842, "Integration is already started")
        if action == "STOP" and not running:
            raise Refused(844, "Integration is not running")
        if action == "RESET" and running:
            raise Refused(845, "Integration is running")
        if action == "RESET" or (action == "START" and self.integrating == "RESET"):
            self.integrated_from = self.integrated_to = self.now
        self.integrating = action

    @property
    def integrated_s(self) -> int:
        """Seconds on the integrator."""
        return round(self.integrated_to.t_s - self.integrated_from.t_s)

    @property
    def integrated_wh(self) -> float:
        """Energy on the integrator."""
        return self.integrated_to.energy_wh - self.integrated_from.energy_wh

    def text_of(self, item: str) -> str:
        """Return an item of the reading of now."""
        return self.value(item, self.no_data, self.over, self.texts)

    @abstractmethod
    def texts(self, now: Electrical) -> dict[str, str]:
        """Return all that is measured, by the name of its item."""


def _switch(path: str, name: str) -> Command:
    return Command(
        path,
        lambda twin, argument: str(int(getattr(twin, name))),
        lambda twin, argument: twin.set_switch(name, argument),
    )


def _action(node: str, name: str) -> Command:
    return Command(f"INTEGrate:{node}", None, lambda twin, argument: twin.integrate(name, argument))


def _read_mode(text: str) -> str:
    for long in ("RMS", "VMEAN", "DC", "NORMAL", "CONTINUOUS", "ASCII", "FLOAT"):
        if len(text) >= 2 and long.startswith(text.upper()):
            return long
    raise Refused(150, "Invalid parameter")


def _read_source(text: str) -> str:
    for long, short in (("VOLTAGE", "VOLT"), ("CURRENT", "CURR"), ("OFF", "OFF")):
        if text.upper() in (long, short):
            return long
    raise Refused(150, "Invalid parameter")


_COMMON = (
    Command("*IDN", lambda twin, argument: twin.identity),
    Command("*CLS", None, lambda twin, argument: twin.clear_errors()),
    _switch("COMMunicate:HEADer", "header_on"),
    _switch("COMMunicate:VERBose", "verbose_on"),
    stored("COMMunicate:REMote", boolean),
    Command("COMMunicate:WAIT", None, VirtualWT.wait),
    Command("STATus:ERRor", VirtualWT.ask_error),
    Command("STATus:EESR", VirtualWT.ask_events),
    Command("STATus:CONDition", lambda twin, argument: str(2 * (twin.integrating == "START"))),
    _switch("STATus:QMESsage", "with_texts"),
    Command("STATus:FILTer#", lambda twin, argument: twin.edges[int(argument)], lambda t, a: t.set_edge(a)),
    *(
        Command(path, lambda twin, argument: nr3(twin.interval_s, 4), lambda t, a: t.set_update(a))
        for path in ("SAMPle:RATE", "RATE")
    ),
    stored("INTEGrate:MODE", _read_mode),
    stored("INTEGrate:TIMer"),
    _action("STARt", "START"),
    _action("STOP", "STOP"),
    _action("RESet", "RESET"),
)


class VirtualWT310(VirtualWT):
    """A WT310 as it comes out of the box: headers on, long."""

    identity: ClassVar[str] = "YOKOGAWA,WT310,SIMULATED,F1.03"
    no_data: ClassVar[str] = "NAN"
    over: ClassVar[str] = "INF"

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self.kept |= {"INTEGrate:MODE": "NORMAL", "INPut:SYNChronize": "VOLTAGE"}
        self.count = 3
        self.chosen = dict.fromkeys(range(1, 256), "NONE") | {1: "U", 2: "I", 3: "P"}

    def texts(self, now: Electrical) -> dict[str, str]:
        reactive_var = now.reactive_var
        return {
            "U": nr3(now.voltage_v),
            "I": nr3(now.current_a),
            "P": nr3(now.power_w),
            "S": nr3(now.apparent_va),
            "Q": nr3(reactive_var),
            "LAMBDA": f"{now.power_factor:.4f}E+00",
            "FU": nr3(now.frequency_hz),
            "UPPEAK": nr3(now.voltage_v * _SQRT2),
            "IPPEAK": nr3(now.current_a * _SQRT2),
            "TIME": str(self.integrated_s),
            "WH": nr3(self.integrated_wh),
            "WHP": nr3(self.integrated_wh),
            "URANGE": nr3(self.voltage_range_v, 4),
            "IRANGE": nr3(self.current_range_a, 4),
        }

    def set_item(self, argument: str) -> None:
        """Say which item stands at a place; there is one element."""
        number, _, words = argument.partition(" ")
        name, _, element = words.upper().replace(" ", "").partition(",")
        item = _ITEMS.get(name)
        if item is None or element not in ("", "1") or int(number) not in self.chosen:
            raise Refused(150, "Invalid parameter")
        self.chosen[int(number)] = item

    def set_count(self, argument: str) -> None:
        """Say how many items are answered."""
        self.count = int(one_of(tuple(range(1, 256)), argument))

    def ask_values(self, argument: str) -> str:
        """Answer all items, or one of them."""
        self.readings_sent += 1
        places = [int(argument)] if argument else range(1, self.count + 1)
        return ",".join(self.text_of(self.chosen[place]) for place in places)

    commands: ClassVar[tuple[Command, ...]] = (
        *_COMMON,
        stored("SYSTem:COMMunicate:COMMand"),
        stored("NUMeric:FORMat", _read_mode),
        Command("NUMeric:NORMal:NUMber", lambda t, a: str(t.count), set_count),
        Command("NUMeric:NORMal:ITEM#", lambda t, a: f"{t.chosen[int(a)]},1", set_item),
        Command("NUMeric:NORMal:VALue", ask_values),
        stored("INPut:MODE", _read_mode),
        crest_factor_command("INPut:CFACtor"),
        stored("INPut:FILTer:LINE", boolean),
        stored("INPut:FILTer:FREQuency", boolean),
        stored("INPut:SYNChronize", _read_source),
        stored("MEASure:AVERaging:STATe", boolean),
        *range_commands("INPut:{}:RANGe", "INPut:{}:AUTO"),
        Command("INTEGrate:STATe", lambda t, a: t.integrating),
    )


def _item_names() -> dict[str, str]:
    """Return the full name of each item by what a client may write."""
    items = (
        *("U", "I", "P", "S", "Q", "LAMBda", "PHI", "FU", "FI"),
        *("UPPeak", "UMPeak", "IPPeak", "IMPeak", "PPPeak", "PMPeak"),
        *("TIME", "WH", "WHP", "WHM", "AH", "AHP", "AHM", "MATH", "URANge", "IRANge"),
    )
    short = {"".join(c for c in item if not c.islower()): item.upper() for item in items}
    return short | {item.upper(): item.upper() for item in items}


_ITEMS = _item_names()


class VirtualWT210(VirtualWT):
    """A WT210 in its 488.2 mode. No source shows its answer to ``*IDN?``; this one is made up."""

    identity: ClassVar[str] = "YOKOGAWA,760401,0,F2.01"
    no_data: ClassVar[str] = "9.91E+37"
    over: ClassVar[str] = "9.9E+37"
    order: ClassVar[tuple[str, ...]] = (
        *("V", "A", "W", "VA", "VAR", "PF", "DEGR", "VHZ", "AHZ", "WH", "WHP", "WHM", "AH", "AHP", "AHM"),
        *("TIME", "VPK", "APK", "MATH"),
    )

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self.kept |= {"INTEGrate:MODE": "NORMAL", "CONFigure:SYNChronize": "VOLTAGE"}
        self.on = {item: item in ("V", "A", "W") for item in self.order}

    def texts(self, now: Electrical) -> dict[str, str]:
        """Only one of both frequencies is measured."""
        hours, seconds = divmod(self.integrated_s, 3600)
        return {
            "V": nr3(now.voltage_v),
            "A": nr3(now.current_a),
            "W": nr3(now.power_w),
            "VA": nr3(now.apparent_va),
            "VAR": nr3(now.reactive_var),
            "PF": f"{now.power_factor:.4f}E+00",
            "VHZ": nr3(now.frequency_hz),
            "WH": nr3(self.integrated_wh),
            "WHP": nr3(self.integrated_wh),
            "TIME": f"{hours},{seconds // 60},{seconds % 60}",
            "VPK": nr3(now.voltage_v * _SQRT2),
            "APK": nr3(now.current_a * _SQRT2),
        }

    def switch_item(self, item: str, argument: str) -> None:
        """Put an item into the answer, or leave it out."""
        self.on[item] = is_on(argument)

    def ask_values(self, argument: str) -> str:
        """Answer what is switched on, in the order of the manual."""
        self.readings_sent += 1
        return ",".join(self.text_of(item) for item in self.order if self.on[item])

    commands: ClassVar[tuple[Command, ...]] = (
        *_COMMON,
        Command("MEASure:VALue", ask_values),
        Command("MEASure:NORMal:VALue", ask_values),
        *(
            Command(
                f"MEASure:{normal}ITEM:{item}",
                partial(lambda name, twin, argument: str(int(twin.on[name])), item),
                partial(lambda name, twin, argument: twin.switch_item(name, argument), item),
            )
            for normal in ("", "NORMal:")
            for item in (
                *("V", "A", "W", "VA", "VAR", "PF", "DEGR", "VHZ", "AHZ", "WH", "WHP", "WHM"),
                *("AH", "AHP", "AHM", "TIME", "VPK", "APK", "MATH"),
            )
        ),
        *(stored(f"CONFigure:{name}", boolean) for name in ("LFILTer", "FILTer")),
        stored("CONFigure:MODE", _read_mode),
        crest_factor_command("CONFigure:CFACtor"),
        stored("CONFigure:SYNChronize", _read_source),
        *range_commands("CONFigure:{}:RANGe", "CONFigure:{}:AUTO"),
    )
