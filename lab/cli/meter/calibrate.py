"""``lab meter calibrate``: a meter against a reference meter or known loads."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from analysis.power.calibrate import LONGEST_AGE_DAYS
from analysis.power.conformity import Conformity, conformity, worst
from lab.cli.common import MOST_W, FiniteRange, json_option
from lab.cli.meter.talking import driver_option, interval_option, never, option_option, port_option, target_of
from lab.cli.output import make_stderr, print_json, print_table, stdout
from lab.cli.paths import InputPath, OutputFile
from lab.conduct.twin import temporary_port
from lab.config.meter import VIRTUAL, MeterSection, VirtualMeterSection
from meter.registry import driver_class
from meter.trust.calibration import Calibrator, Target
from meter.trust.line_fit import LEAST_LEVELS
from records.calibration import AsFound, CalibrationRecord, Level
from records.errors import ConfigurationError
from records.files import sha256_of


@click.command()
@driver_option
@port_option
@option_option
@interval_option
@click.option("--reference-driver", metavar="NAME", help="Driver of the reference meter.")
@click.option("--reference-port", help="Port of the reference meter.")
@click.option(
    "--reference-option",
    "reference_options",
    multiple=True,
    metavar="NAME=VALUE",
    help="Option of the driver of the reference meter.",
)
@click.option(
    "--reference-u-pct",
    type=FiniteRange(min=0, max=100),
    help="Standard uncertainty (k = 1) of the true power in percent; by default that of the data sheet.",
)
@click.option(
    "--levels",
    metavar="W,W,...",
    help="Loads in W, the highest first; without a reference meter, their known true power.",
)
@click.option(
    "--seconds",
    type=FiniteRange(min=1, max=86_400),
    default=30.0,
    show_default=True,
    help="Seconds per level.",
)
@click.option("--certificate", help="Number or name of the certificate.")
@click.option("--laboratory", help="Name and address of the laboratory.")
@click.option("--customer", help="Name and address of the customer, the meter's owner.")
@click.option("--operator", help="Who calibrates and signs.")
@click.option("--conditions", help="Surroundings, such as temperature, humidity and mains.")
@click.option(
    "--next-due",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Date of the next calibration; by default in 365 days.",
)
@click.option(
    "--as-found",
    "found_file",
    type=InputPath(file=True),
    help="Calibration of the same meter before its adjustment.",
)
@click.option(
    "--out",
    type=OutputFile(new=True),
    default=Path("calibration.json"),
    show_default=True,
    help="File for the calibration.",
)
@click.option("--page", type=OutputFile(), help="File for a certificate to print (HTML).")
@click.option("--yes", is_flag=True, help="Do not ask between levels; the load is set by other means.")
@json_option
def calibrate(
    driver: str,
    port: str,
    options: tuple[str, ...],
    interval_s: float | None,
    reference_driver: str | None,
    reference_port: str | None,
    reference_options: tuple[str, ...],
    reference_u_pct: float | None,
    levels: str | None,
    seconds: float,
    certificate: str | None,
    laboratory: str | None,
    customer: str | None,
    operator: str | None,
    conditions: str | None,
    next_due: datetime | None,
    found_file: Path | None,
    out: Path,
    page: Path | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Calibrate a meter at several loads, against a reference meter or known loads.

    The result is a line, indication = offset + gain x true power, with its uncertainty, and for each
    level a pass or fail against the data sheet's limits. Name the file in lab.toml and the analysis
    corrects the readings. Virtual instruments are set by the lab.

    \b
    lab meter calibrate --driver wattsup_pro --port /dev/ttyUSB0 --reference-driver yokogawa_wt310 --reference-port /dev/usbtmc0
    lab meter calibrate --driver wattsup_pro --port virtual --levels 200,100,50,20 --reference-u-pct 0.1
    """  # noqa: E501
    wanted = _levels(levels)
    target = target_of(driver, port, options, interval_s)
    reference = _reference(reference_driver, reference_port, reference_options, interval_s)
    _check_calibrate(target, reference, wanted, yes)
    if next_due is not None and next_due.date() <= date.today():
        raise ConfigurationError(f"--next-due {next_due:%Y-%m-%d}: expected a date after today")
    found = None if found_file is None else CalibrationRecord.read(found_file)
    calibrator = Calibrator(target, reference, reference_u_pct)
    say = make_stderr().print
    for number, (load_w, level) in enumerate(_take(calibrator, wanted, seconds, yes), start=1):
        asked = "" if load_w is None else f", {load_w:g} W set"
        say(
            f"level {number}{asked}: true {level.true_w:.3f} W, indicated {level.indicated_w:.3f} W "
            f"({level.readings} readings)",
        )
    record = calibrator.finish(certificate)
    record.laboratory, record.customer, record.operator = laboratory, customer, operator
    record.conditions, record.next_due = conditions, _next_due(record, next_due)
    record.as_found = None if found_file is None or found is None else _as_found(record, found, found_file)
    record.write(out)
    if page is not None:
        from reports.pages.certificate.page import write_certificate  # it draws, which the others need not

        write_certificate(record, page, sha256_of(out))
    if as_json:
        print_json(record.to_json())
    else:
        _print_calibration(record, out, page)


def _next_due(record: CalibrationRecord, given: datetime | None) -> str:
    if given is not None:
        return given.date().isoformat()
    return (date.fromisoformat(record.date) + timedelta(days=LONGEST_AGE_DAYS)).isoformat()


def _as_found(record: CalibrationRecord, found: CalibrationRecord, path: Path) -> AsFound | None:
    """Return the calibration before the adjustment; nothing, with a warning, where it is of another meter."""
    if _what(found) != _what(record):
        make_stderr().print(
            f"{path}: expected a calibration of the same meter on the same range, found one of "
            f"{found.identity.maker} {found.identity.model} {found.identity.serial}. It is left out of the "
            f"certificate"
        )
        return None
    return AsFound(
        date=found.date,
        certificate=found.certificate,
        reference=found.reference,
        levels=found.levels,
        sha256=sha256_of(path),
    )


def _what(record: CalibrationRecord) -> tuple[object, ...]:
    who = record.identity
    return who.maker, who.model, who.serial, record.range_w, record.simulated


def _levels(text: str | None) -> list[float] | None:
    if text is None:
        return None
    try:
        levels = [float(part) for part in text.split(",")]
    except ValueError:
        levels = []
    if not levels or any(not 0 <= level <= MOST_W for level in levels):
        raise ConfigurationError(f"--levels {text!r}: expected watts with commas between, e.g. 200,100,50,20")
    return levels


def _reference(
    driver: str | None, port: str | None, options: tuple[str, ...], interval_s: float | None
) -> Target | None:
    if driver is None and port is None and not options:
        return None
    if driver is None or port is None:
        raise ConfigurationError("expected --reference-driver and --reference-port together, or neither")
    if interval_s is not None:  # as often as the other meter, or as often as it can
        interval_s = max(interval_s, driver_class(driver).spec.fastest_interval_s)
    return target_of(driver, port, options, interval_s)


def _check_calibrate(target: Target, reference: Target | None, levels: list[float] | None, yes: bool) -> None:
    if levels is None and (reference is None or yes or target.port == VIRTUAL):
        raise ConfigurationError(
            "--levels: expected watts, e.g. 200,100,50,20; only with a reference meter and someone to set "
            "the loads can they be left out"
        )
    if reference is not None and (target.port == VIRTUAL) != (reference.port == VIRTUAL):
        raise ConfigurationError(
            "--port and --reference-port: expected both virtual or neither; a virtual and a real meter "
            "cannot measure the same load"
        )
    if levels is not None and len(set(levels)) < LEAST_LEVELS:
        raise ConfigurationError(
            f"--levels: expected {LEAST_LEVELS} different watts or more, found {len(set(levels))}: two "
            f"levels always fit a line"
        )


def _take(
    calibrator: Calibrator, levels: list[float] | None, seconds: float, yes: bool
) -> Iterator[tuple[float | None, Level]]:
    """Yield each level as it was measured, with the load that was asked for."""
    known = calibrator.reference is None
    if levels is None:
        number = 1
        while click.confirm(f"Level {number}: is a steady load connected (no ends)", default=True, err=True):
            yield None, calibrator.take(None, seconds, never)
            number += 1
        return
    for load_w in levels:
        if calibrator.target.port == VIRTUAL:
            yield load_w, _take_virtual(calibrator, load_w, seconds)
            continue
        true_w = load_w
        if not yes and known:
            true_w = click.prompt(
                f"Connect the load of {load_w:g} W, let it settle, and enter its true power in W",
                type=FiniteRange(min=0, max=MOST_W),
                default=load_w,
                err=True,
            )
        elif not yes:
            click.prompt(
                f"Connect a load of about {load_w:g} W, let it settle, and press Enter",
                default="",
                show_default=False,
                err=True,
            )
        yield load_w, calibrator.take(true_w if known else None, seconds, never)


def _take_virtual(calibrator: Calibrator, load_w: float, seconds: float) -> Level:
    """Take a level with virtual instruments that show this load; the reference has no error."""
    target, reference = calibrator.target, calibrator.reference
    with ExitStack() as stack:
        port = stack.enter_context(_constant(target, load_w, VirtualMeterSection()))
        calibrator.target = replace(target, port=port)
        if reference is not None:
            port = stack.enter_context(_constant(reference, load_w, VirtualMeterSection(gain_error_pct=0.0)))
            calibrator.reference = replace(reference, port=port)
        level = calibrator.take(load_w if reference is None else None, seconds, never)
    calibrator.target = replace(calibrator.target, port=VIRTUAL)
    if calibrator.reference is not None:
        calibrator.reference = replace(calibrator.reference, port=VIRTUAL)
    return level


def _constant(target: Target, load_w: float, settings: VirtualMeterSection) -> AbstractContextManager[str]:
    section = MeterSection(driver=target.driver, port=VIRTUAL, virtual=settings)
    return temporary_port(section, load_w)


def _print_calibration(record: CalibrationRecord, out: Path, page: Path | None) -> None:
    if record.simulated:
        stdout.print("SIMULATED: a virtual instrument took part; this is not a calibration")
    judged = [conformity(level, record.reference) for level in record.levels]
    rows = [
        (
            f"{one.level.true_w:.3f}",
            f"{one.level.indicated_w:.3f}",
            _pct(one, one.error_w, "+.3f"),
            _pct(one, one.expanded_u_w, ".3f"),
            _pct(one, one.level.limit_w, ".3f"),
            one.verdict or "no limit known",
            f"{one.level.residual_w:+.3f}",
            one.level.readings,
        )
        for one in judged
    ]
    heads = (
        "true W",
        "indicated W",
        "error %",
        "U % (k = 2)",
        "limit %",
        "within limits",
        "residual W",
        "readings",
    )
    print_table(heads, rows)
    for line in (
        f"data sheet: {record.limits}; all levels: {worst(judged) or 'no statement'} (guard band U)",
        f"gain    {record.gain:.6f}  u = {record.gain_u:.6f} (k = 1)",
        f"offset  {record.offset_w:.4f} W  u = {record.offset_u_w:.4f} W (k = 1)",
        f"residuals of the levels: standard deviation {record.residual_sd_w:.4f} W",
        f"reference: {record.reference.words}; {record.reference.basis}",
        f"next due: {record.next_due}",
        f"Written: {out}" + (f" and {page}" if page else ""),
        "In lab.toml, under [meter]:",
        f'calibration = "{out}"',
    ):
        stdout.print(line)


def _pct(one: Conformity, power_w: float | None, form: str) -> str:
    pct = one.pct(power_w)
    return "" if pct is None else format(pct, form)
