"""``lab meter zero`` and ``delay``: how far a meter's number can be trusted without a reference."""

import os
from dataclasses import asdict, replace

import click

from lab.cli.common import MOST_READINGS, FiniteRange, json_option
from lab.cli.meter.talking import driver_option, interval_option, never, option_option, port_option, target_of
from lab.cli.output import make_stderr, print_json, stdout
from lab.conduct.twin import temporary_port
from lab.config.meter import MeterSection
from meter.trust.calibration import Heard, listen, offset_limit_w
from meter.trust.delay import measure_delay
from records.errors import ConfigurationError

_PATTERN_INTERVALS = 3


@click.command()
@driver_option
@port_option
@option_option
@click.option(
    "-n",
    "count",
    type=click.IntRange(min=5, max=MOST_READINGS),
    default=30,
    show_default=True,
    help="Number of readings.",
)
@json_option
@click.pass_context
def zero(
    ctx: click.Context, driver: str, port: str, options: tuple[str, ...], count: int, as_json: bool
) -> None:
    """Check that a meter with its load disconnected reads zero, within the limits of its data sheet.

    Exit code 1 when the mean is farther from zero than percent of range and counts allow.

    \b
    lab meter zero --driver wattsup_pro --port /dev/ttyUSB0
    """
    target = target_of(driver, port, options, None)
    section = MeterSection(driver=driver, port=port)
    with temporary_port(section, watts=0.0) as real_port:
        at_port = replace(target, port=real_port)
        (heard,) = listen([at_port], (count + 0.5) * target.interval_s, never)
    limit_w = offset_limit_w(heard.accuracy, heard.resolution_w)
    if limit_w is None:
        raise ConfigurationError(
            f"{driver}: the limit of error at zero depends on the range, which is not known. Fix the range "
            f"with --option (see `lab meter drivers {driver}`)"
        )
    limit_w = max(limit_w, heard.resolution_w)  # a sheet without such a term still has a last digit
    within = abs(heard.mean_w) <= limit_w
    result = {
        "mean_w": heard.mean_w,
        "sd_w": heard.sd_w,
        "readings": len(heard.readings),
        "limit_w": limit_w,
        "within": within,
        "simulated": heard.simulated,
    }
    if as_json:
        print_json(result)
    else:
        _print_zero(heard, limit_w, within)
    ctx.exit(0 if within else 1)


def _print_zero(heard: Heard, limit_w: float, within: bool) -> None:
    mark = "  SIMULATED" if heard.simulated else ""
    verdict = (
        "within the data sheet's limits"
        if within
        else "NOT within the data sheet's limits: is the load disconnected?"
    )
    stdout.print(
        f"{heard.mean_w:+.4f} W, sd {heard.sd_w:.4f} W over {len(heard.readings)} readings; "
        f"limit {limit_w:.4g} W: {verdict}{mark}",
    )


@click.command()
@driver_option
@port_option
@option_option
@interval_option
@click.option(
    "--pattern-s",
    type=FiniteRange(min=0.1, max=3600),
    help="Mean busy and idle time in seconds; by default three intervals.",
)
@click.option(
    "--seconds",
    type=FiniteRange(min=10, max=86_400),
    default=120.0,
    show_default=True,
    help="Duration in seconds.",
)
@json_option
def delay(
    driver: str,
    port: str,
    options: tuple[str, ...],
    interval_s: float | None,
    pattern_s: float | None,
    seconds: float,
    as_json: bool,
) -> None:
    """Measure the delay of a meter with a pattern of busy and idle times on this machine.

    This machine must be plugged into the meter, and nothing else may run on it. All its cores are busy half
    of the time.

    \b
    lab meter delay --driver wattsup_pro --port /dev/ttyUSB0
    """
    target = target_of(driver, port, options, interval_s)
    pattern_s = _PATTERN_INTERVALS * target.interval_s if pattern_s is None else pattern_s
    cores = len(os.sched_getaffinity(0))
    make_stderr().print(f"Alternating busy and idle on {cores} cores for {seconds:g} s ...")
    with temporary_port(MeterSection(driver=driver, port=port, interval_s=target.interval_s)) as real_port:
        found, simulated = measure_delay(replace(target, port=real_port), seconds, pattern_s, cores, never)
    if as_json:
        print_json({**asdict(found), "simulated": simulated})
        return
    stdout.print(
        f"The load explains {100 * found.explained:.1f} % of the variance of {found.readings} readings; busy "
        f"is {found.step_w:.1f} W more than idle.{' SIMULATED' if simulated else ''}",
    )
    stdout.print("In lab.toml, under [meter]:")
    stdout.print(f"latency_s = {found.latency_s:.4f}")
    stdout.print(f"latency_u_s = {found.latency_u_s:.4f}")
