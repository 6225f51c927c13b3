"""What an instrument is, as its data sheet has it: one frozen object for each driver."""

import math
from dataclasses import dataclass

from meter.line.format import NETWORK, Line
from meter.options import Option
from records.meter import Accuracy, Sampling


@dataclass(frozen=True, kw_only=True)
class MeterSpec:
    """Declarations of a driver; the command line, `meter.json`, the uncertainty and the pages read them.

    Attributes:
        driver: name in the registry and in ``lab.toml``.
        maker, model: of the instrument the driver is for.
        quantities: which of `records.meter.QUANTITIES` it fills, ``power_w`` first.
        sampling: what a reading is, see `records.meter.Sampling`.
        fastest_interval_s: shortest time between readings that the instrument offers.
        intervals_s: the only times between readings that it offers; none where any is possible.
        averaging_s: the time that an ``interval_mean`` reading is the mean of; ``None`` when that is
            the interval it was started with. Readings asked for less often are instantaneous values.
        update_s: of a meter that has to be asked, the time between updates of its reading; ``None``
            when every question measures anew, or when `Meter.start` sets it.
        latency_s, latency_u_s: from the end of a reading's interval to its arrival at the host,
            and the standard uncertainty of that. Where no source states the delay: anywhere within
            half an interval of the usual second.
        resolution_w: smallest step of the power reading.
        accuracy: limits of error of the power reading, from the data sheet.
        power_limits_w: lowest and highest power the instrument can mean; a reading outside is
            flagged ``overrange``.
        phases: of how many phases the power is the sum; of several, volts and amperes of a reading need not
            multiply to it (the voltage is one phase's, the current may be a vector sum).
        unchanged_limit: so many equal readings in a row cannot be, because the noise of the mains
            would change a digit; ``None`` when the digits are too coarse to say.
        patience_s: how long the meter may be silent before its port is opened anew.
        line: speed and format of its serial line at delivery; the options ``baud`` and ``parity``,
            where they are declared, replace that part of it.
        usb_ids: ``vendor:product`` in lower-case hexadecimal of the adapters it comes with.
        options: what can be set.
        unverified: what the driver relies on though no source for it was read; sentences for the
            meter's page.
    """

    driver: str
    maker: str
    model: str
    quantities: tuple[str, ...]
    sampling: Sampling
    fastest_interval_s: float
    intervals_s: tuple[float, ...] = ()
    averaging_s: float | None = None
    update_s: float | None = None
    latency_s: float = 0.0
    latency_u_s: float = 0.5 / math.sqrt(3)
    resolution_w: float
    accuracy: Accuracy
    power_limits_w: tuple[float, float]
    phases: int = 1
    unchanged_limit: int | None = None
    patience_s: float = 5.0
    line: Line = NETWORK
    usb_ids: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    unverified: tuple[str, ...] = ()
