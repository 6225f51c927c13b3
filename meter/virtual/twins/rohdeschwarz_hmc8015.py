"""A virtual Rohde & Schwarz HMC8015: what public programs send to one, and its ranges."""

from typing import ClassVar

from meter.virtual.instrument import Electrical, InstrumentErrors, OwnFault
from meter.virtual.scpi import Command, Refused, VirtualScpi, nr3, range_commands, stored

_FUNCTIONS = (
    *("URMS", "UAVG", "IRMS", "IAVG", "P", "S", "Q", "LAMB", "PHI", "FU", "FI", "FPLL", "URAN", "IRAN"),
    *("UTHD", "ITHD", "TIME", "WH", "WHP", "WHM", "AH", "AHP", "AHM"),
)
_STORED = (
    *(
        "VIEW:NUMeric:PAGE1:SIZE",
        "VIEW:NUMeric:PAGE1:CELL#:FUNCtion",
        "CHANnel1:MEASurement:FORMat",
        "CHANnel1:ACQuisition:MODE",
    ),
    *("INTegrator:MODE", "INTegrator:DURation", "INTegrator:STATe"),
    *("LOG:MODE", "LOG:INTerval", "LOG:PAGE", "LOG:FNAMe", "LOG:STATe", "DISPlay:TEXT:DATA"),
)
_DONE = ("INTegrator:RESet", "INTegrator:STARt", "INTegrator:STOP", "DISPlay:TEXT:CLEar")


class VirtualHMC8015(VirtualScpi):
    """The instrument. Its answer to ``*IDN?`` and its error texts are not from a source."""

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "sentinel", "overrange"})
    terminator: ClassVar[bytes] = b"\n"
    unknown: ClassVar[tuple[int, str]] = (-113, "Undefined header")
    no_error: ClassVar[tuple[int, str]] = (0, "No error")
    interval_s: float = 0.1
    voltage_ranges_v: ClassVar[tuple[float, ...]] = (5, 15, 30, 60, 150, 300, 600)

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self.reset()

    def reset(self) -> None:
        """Do what ``*RST`` does."""
        self.chosen = ["URMS", "IRMS", "P", "FPLL", "URAN", "IRAN", "S", "Q", "LAMB", "PHI"]
        self.automatic = {"VOLT": True, "CURR": True}
        self.remote = False
        self.kept["CHANnel1:ACQuisition:MODE"] = "AUTO"

    def choose(self, argument: str) -> None:
        """Say which functions are answered."""
        names = [name.strip().upper() for name in argument.split(",")]
        if not all(name in _FUNCTIONS for name in names):
            raise Refused(-224, "Illegal parameter value")
        self.chosen = names

    def ask_data(self, argument: str) -> str:
        """Answer the chosen functions."""
        self.readings_sent += 1
        return ",".join(self.value(name, "NAN", "INF", self._texts) for name in self.chosen)

    def set_remote(self, argument: str) -> None:
        """Lock the front panel."""
        self.remote = True

    def set_local(self, argument: str) -> None:
        """Give the front panel back."""
        self.remote = False

    def _texts(self, now: Electrical) -> dict[str, str]:
        return {
            "URMS": nr3(now.voltage_v),
            "IRMS": nr3(now.current_a),
            "P": nr3(now.power_w),
            "S": nr3(now.apparent_va),
            "Q": nr3(now.reactive_var),
            "LAMB": f"{now.power_factor:.4f}E+00",
            "FU": nr3(now.frequency_hz),
            "FPLL": nr3(now.frequency_hz),
            "URAN": nr3(self.voltage_range_v, 4),
            "IRAN": nr3(self.current_range_a, 4),
        }

    commands: ClassVar[tuple[Command, ...]] = (
        Command("*IDN", lambda t, a: "Rohde&Schwarz,HMC8015,SIMULATED,01.000"),
        Command("*CLS", None, lambda t, a: t.clear_errors()),
        Command("*RST", None, lambda t, a: t.reset()),
        Command("SYSTem:ERRor", lambda t, a: t.next_error()),
        Command("SYSTem:REMote", None, set_remote),
        Command("SYSTem:LOCal", None, set_local),
        Command("CHANnel1:MEASurement:FUNCtion", lambda t, a: ",".join(t.chosen), choose),
        Command("CHANnel1:MEASurement:DATA", ask_data),
        *range_commands("CHANnel1:ACQuisition:{}:RANGe", "CHANnel1:ACQuisition:{}:RANGe:AUTO"),
        *(stored(path) for path in _STORED),
        *(Command(path, None, lambda t, a: None) for path in _DONE),
    )
