"""A virtual GW Instek GPM-8213, as a public project's recorded sessions show one with firmware V1.05."""

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
    range_commands,
    stored,
)

# What ITEMn takes, and what HEADER? calls it.
_NAMES = {"U": "Urms", "I": "Irms", "P": "P", "S": "S", "FU": "fU", "LAMBDA": "PF", "Q": "Q", "FI": "fI"}


def _read_source(text: str) -> str:
    word = text.upper()[:4]
    if word not in ("VOLT", "CURR", "OFF"):
        raise Refused(150, "Invalid parameter")
    return word


class VirtualGPM8213(VirtualScpi):
    """The instrument. What the real one does with an unknown command is not known: here, nothing."""

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "sentinel", "overrange", "header"})
    headers: ClassVar[bool] = True
    interval_s: float = 0.25

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self.chosen = ["U", "I", "P", "S", "FU", "LAMBDA", "Q", "FI"]
        self.count = 8
        self.kept["INPut:SYNChronize"] = "VOLT"

    def set_count(self, argument: str) -> None:
        """Say how many items are answered."""
        self.count = int(one_of(tuple(range(1, len(self.chosen) + 1)), argument))

    def set_item(self, argument: str) -> None:
        """Say which item stands at a place."""
        number, _, name = argument.partition(" ")
        name = {"LAMB": "LAMBDA"}.get(name.upper(), name.upper())
        if name not in _NAMES or not 1 <= int(number) <= len(self.chosen):
            raise Refused(150, "Invalid parameter")
        self.chosen[int(number) - 1] = name

    def set_header(self, argument: str) -> None:
        """Switch headers."""
        self.header_on = is_on(argument)

    def ask_values(self, argument: str) -> str:
        """Answer the items. The frequency of the current is not measured, as in the recorded session."""
        self.readings_sent += 1
        return ",".join(self.value(item, "NAN", "INF", _texts) for item in self.chosen[: self.count])

    def ask_names(self, argument: str) -> str:
        """Answer the names of the items."""
        return ",".join(_NAMES[item] for item in self.chosen[: self.count])

    commands: ClassVar[tuple[Command, ...]] = (
        Command("*IDN", lambda t, a: "GWInstek,GPM-8213,SIMULATED,V1.05"),
        Command("*CLS", None, lambda t, a: t.clear_errors()),
        Command("COMMunicate:HEADer", lambda t, a: str(int(t.header_on)), set_header),
        Command("NUMeric:NORMal:NUMBer", lambda t, a: str(t.count), set_count),
        Command("NUMeric:NORMal:ITEM#", lambda t, a: t.chosen[int(a) - 1], set_item),
        Command("NUMeric:NORMal:HEADer", ask_names),
        Command("NUMeric:NORMal:VALue", ask_values),
        *range_commands("INPut:{}:RANGe", "INPut:{}:AUTO"),
        crest_factor_command("INPut:CFACtor"),
        stored("INPut:FILTer:LINE", boolean),
        stored("INPut:FILTer:FREQuency", boolean),
        stored("INPut:SYNChronize", _read_source),
        stored("MEASure:AVERaging:STATe", boolean),
    )


def _texts(now: Electrical) -> dict[str, str]:
    return {
        "U": nr3(now.voltage_v),
        "I": nr3(now.current_a),
        "P": nr3(now.power_w),
        "S": nr3(now.apparent_va),
        "FU": nr3(now.frequency_hz),
        "LAMBDA": f"{now.power_factor:.4f}E+00",
        "Q": nr3(now.reactive_var),
    }
