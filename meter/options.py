"""Settings of one instrument on one bench: address, line speed, range, outlet.

A driver declares its options; ``[meter.options]`` in ``lab.toml`` and ``--option NAME=VALUE`` set
them. Whatever is not declared is refused, so that a typing mistake cannot change a measurement.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from records.errors import ConfigurationError
from records.near_match import unknown_name

Value = int | float | str
"""Of an option."""


# int() and float() also take 1_0, digits of other scripts and white space of every kind.
_NUMERAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a driver.

    Attributes:
        name: as in ``lab.toml``; a quantity's unit is its suffix.
        kind: ``int``, ``float`` or ``str``.
        meaning: a sentence for the meter's page.
        default: its value where nothing is set; ``None`` when the driver then decides for itself.
        choices: the values that are allowed, or none for any.
        limits: lowest and highest value of a number, or ``None``.
    """

    name: str
    kind: type
    meaning: str
    default: Value | None = None
    choices: tuple[Value, ...] = ()
    limits: tuple[float, float] | None = None

    def read(self, value: object) -> Value:
        """Return a value as this option has it; a text is converted, as the command line gives texts.

        Raises:
            ConfigurationError: it is of another kind, or not allowed.
        """
        try:
            if isinstance(value, bool) or not isinstance(value, int | float | str):
                raise ValueError
            if isinstance(value, str) and self.kind is not str and not _NUMERAL.fullmatch(value):
                raise ValueError
            found: Value = self.kind(value)
            if isinstance(value, float) and found != value:
                raise ValueError
            if isinstance(found, float) and not math.isfinite(found):
                raise ValueError
            in_limits = self.limits is None or self.limits[0] <= float(found) <= self.limits[1]
        except (ValueError, OverflowError):
            raise self._refusal(value) from None
        if not in_limits or (self.choices and found not in self.choices):
            raise self._refusal(value)
        return found

    def _refusal(self, value: object) -> ConfigurationError:
        wanted = {int: "a whole number", float: "a number", str: "a text"}[self.kind]
        if self.choices:
            wanted = f"one of {', '.join(map(str, self.choices))}"
        elif self.limits is not None:
            wanted += f" from {self.limits[0]:g} to {self.limits[1]:g}"
        return ConfigurationError(
            f"meter.options.{self.name}: expected {wanted}, found {value!r}. {self.meaning}"
        )


def resolve(
    driver: str, declared: tuple[Option, ...], given: Mapping[str, object]
) -> dict[str, Value | None]:
    """Return the value of every declared option: the given one, else the default.

    Raises:
        ConfigurationError: an option is not declared, or its value is not allowed.
    """
    names = tuple(option.name for option in declared)
    for name in given:
        if name not in names:
            raise ConfigurationError(f"[meter.options] of {driver}: {unknown_name('option', name, names)}")
    return {
        option.name: option.read(given[option.name]) if option.name in given else option.default
        for option in declared
    }


def read_pairs(texts: tuple[str, ...]) -> dict[str, str]:
    """Read ``NAME=VALUE`` texts of a command line.

    Raises:
        ConfigurationError: a text has no equals sign.
    """
    pairs = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise ConfigurationError(f"--option {text!r}: expected NAME=VALUE, e.g. address=1")
        pairs[name] = value
    return pairs
