"""`lab doctor`: everything that can be known before a campaign is, with a fix for each failure."""

import shlex
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import PurePosixPath

from analysis.power.calibrate import LONGEST_AGE_DAYS
from lab.conduct.commands import (
    RUN_DIR,
    command_of,
    interpreter_of,
    missing_programs,
    tracker_interpreter,
    tracker_of,
    wrong_options,
)
from lab.conduct.twin import temporary_port
from lab.config.meter import OneMeterSection
from lab.config.model import LabConfig, ScenarioSection
from lab.envs.remedy import remedy
from lab.trackers.trial import TRIAL_S, Trial, try_option
from meter.line.simulated import is_simulated_port
from meter.recording.session import MeterSession
from meter.registry import create
from records.calibration import CalibrationRecord
from records.errors import ConfigurationError, DeviceError, RecordError, SutError
from records.meter import Reading
from reports.words.outcomes import OUTCOME_WORDS
from sut.inventory.environments import environment_versions
from sut.preflight import Check, Subject, check_disk
from sut.sut import Sut

_WATCHED_READINGS = 5
_RATE_TOLERANCE = 0.1
_NOMINAL_V = ((100.0, 127.0), (208.0, 240.0))
_NOMINAL_HZ = (50.0, 60.0)
_CLOCK_STEP_LIMIT_S = 0.010  # docs/explanation/method.md#time

_NO_ENERGY = "its runs would give no energy: install or permit what it reads (docs/reference/trackers.md)"

_meter = partial(Check, subject=Subject.METER)
_configuration = partial(Check, subject=Subject.CONFIGURATION)


def examine(config: LabConfig, sut: Sut) -> Iterator[Check]:
    """Look over the meter, the clock, the SUT and the environment of each scenario.

    Args:
        config: of the bench.
        sut: which is measured there.

    Yields:
        One check after the other, as each is done; ``ok`` is ``None`` for what is only to know.
    """
    before = time.time() - time.monotonic()
    for name, meter in config.meter.all:
        yield from check_meter(meter, f"meter {name}" if config.meter.more else "meter")
    yield check_calibration(config)
    yield check_clock((time.time() - time.monotonic()) - before)
    if config.sut.host is not None:  # else it is the SUT's disk
        yield replace(check_disk(config.resolve(config.campaign.out)), name="disk space of the controller")
    checks = sut.preflight()
    yield from checks
    if any(check.subject is Subject.LINK and check.ok is False for check in checks):
        return  # nothing can be asked of the SUT
    for scenario in config.scenario:
        yield from check_scenario(config, scenario, sut)
    yield from check_sensors(config, sut)


def check_meter(settings: OneMeterSection, name: str = "meter") -> Iterator[Check]:
    """Ask a meter who it is and whether it keeps the configured rate.

    Args:
        settings: its section.
        name: what the checks call it.
    """
    try:
        with (
            temporary_port(settings) as port,
            MeterSession(create(settings.driver, settings.options), port, settings.interval_s) as session,
        ):
            yield _identity_check(session, port, name)
            readings = _watched(session, settings.interval_s)
            yield _rate_check(readings, settings.interval_s, f"{name} rate")
            told = session.meter.instrument_settings()
            if told:
                words = ", ".join(f"{key} {value}" for key, value in told.items())
                yield _meter(f"{name} settings", None, words)
            mains = mains_check(readings, f"{name} mains")
            if mains is not None:
                yield mains
    except DeviceError as error:
        yield _meter(name, False, str(error), "see `lab meter ports` and [meter] in lab.toml")


def _identity_check(session: MeterSession, port: str, name: str) -> Check:
    who = session.identity
    words = " ".join(part for part in (who.maker, who.model, who.serial, who.firmware) if part)
    if session.simulated or is_simulated_port(port):
        return _meter(name, None, f"{words}: SIMULATED, nothing it says is a measurement")
    return _meter(name, True, f"{words} answers on {port}")


def _watched(session: MeterSession, interval_s: float) -> list[Reading]:
    readings: list[Reading] = []
    deadline = time.monotonic() + (_WATCHED_READINGS + 5) * interval_s
    for reading in session.readings(lambda: time.monotonic() > deadline):
        readings.append(reading)
        if len(readings) == _WATCHED_READINGS:
            break
    return readings


def mains_check(readings: list[Reading], name: str) -> Check | None:
    """Compare voltage and frequency with those of mains; ``None`` where the meter shows no frequency.

    Mains keep 10 % of their nominal voltage and 1 % of their frequency (EN 50160); 100 V to 127 V and
    208 V to 240 V are nominal.
    """
    shown = [
        (reading.voltage_v, reading.frequency_hz)
        for reading in readings
        if reading.voltage_v is not None and reading.frequency_hz is not None
    ]
    if not shown:
        return None
    volts, hertz = (statistics.median(values) for values in zip(*shown, strict=True))
    usual = any(low * 0.9 <= volts <= high * 1.1 for low, high in _NOMINAL_V)
    usual = usual and any(abs(hertz - nominal) <= 0.01 * nominal for nominal in _NOMINAL_HZ)
    message = f"{volts:.1f} V, {hertz:.2f} Hz"
    if usual:
        return _meter(name, True, message)
    return _meter(
        name, None, f"{message}: no usual mains. Check the voltage input, and what supplies the SUT"
    )


def _rate_check(readings: list[Reading], interval_s: float, name: str) -> Check:
    good = [reading for reading in readings if not reading.flag]
    if len(good) < _WATCHED_READINGS:
        flags = ", ".join(sorted({reading.flag for reading in readings if reading.flag})) or "silence"
        return _meter(
            name,
            False,
            f"{len(good)} good readings of {_WATCHED_READINGS} ({flags})",
            "look at cable and plug; `lab meter watch` shows every reading",
        )
    found_s = (good[-1].t_utc_s - good[0].t_utc_s) / (len(good) - 1)
    message = f"a reading every {found_s:.3f} s ({good[-1].power_w:.1f} W now), {interval_s:g} s asked for"
    if abs(found_s - interval_s) > _RATE_TOLERANCE * interval_s:
        return _meter(name, False, message, "set meter.interval_s to what the meter delivers")
    return _meter(name, True, message)


def check_calibration(config: LabConfig) -> Check:
    """Say when the meter was calibrated, and whether that is over a year ago."""
    name, meter = "calibration", config.meter
    date_text = meter.calibration_date
    if meter.calibration is not None:
        try:
            date_text = CalibrationRecord.read(config.resolve(meter.calibration)).date
        except RecordError as error:
            return _configuration(
                name, False, str(error), "write it with `lab meter calibrate`, or leave it out"
            )
    if date_text is None:
        words = "calibration date not set; using data-sheet limits"
        return _configuration(name, None, f"{words} (calibration or calibration_date in [meter])")
    try:
        age_days = (datetime.now(tz=UTC).date() - date.fromisoformat(date_text)).days
    except ValueError:
        return _configuration(name, False, f"{date_text!r} is no date", "write it as 2026-01-31")
    if age_days > LONGEST_AGE_DAYS:
        message = f"the meter was calibrated on {date_text}, {age_days} days ago"
        return _configuration(
            name, False, message, "calibrate it again: `lab meter calibrate`, or a laboratory"
        )
    return _configuration(name, True, f"the meter was calibrated on {date_text}")


def check_clock(step_s: float) -> Check:
    """Judge how far wall clock and monotonic clock went apart while the meter was watched."""
    if abs(step_s) > _CLOCK_STEP_LIMIT_S:
        return Check(
            "clock",
            False,
            f"the clock was set by {step_s * 1000:+.0f} ms during this check",
            "let time synchronisation settle, and let it slew instead of step, before a campaign",
        )
    return Check("clock", True, "the wall clock was not set while it was watched")


def check_scenario(config: LabConfig, scenario: ScenarioSection, sut: Sut) -> Iterator[Check]:
    """Check that a scenario's command can be put together and its interpreters exist."""
    name = f"scenario {scenario.name}"
    if scenario.kind == "baseline":
        yield _configuration(name, True, f"the machine is left alone for {scenario.duration_s:g} s")
        return
    python = interpreter_of(config, scenario, sut)
    if python is not None:
        yield _environment_check(name, sut, python, f"environments.{scenario.environment}")
    try:
        command = command_of(config, scenario, sut, RUN_DIR)
        missing = missing_programs(config, scenario, sut)
        fix = "correct the command in lab.toml, or install the program" if missing else ""
        words = "; ".join(missing) or shlex.join(command)
        yield _configuration(f"{name} command", not missing, words, fix)
    except ConfigurationError as error:
        yield _configuration(f"{name} command", False, str(error), "correct the command in lab.toml")
    for tracker in config.trackers_of(scenario):
        if tracker is not None:
            python = tracker_interpreter(config, tracker, sut)
            check = _environment_check(f"{name} with {tracker}", sut, python, f"trackers.{tracker}")
            wrong = wrong_options(config, scenario, tracker, sut) if check.ok else []
            yield _configuration(check.name, False, wrong[0], "correct lab.toml") if wrong else check


def check_sensors(config: LabConfig, sut: Sut, seconds: float = TRIAL_S) -> Iterator[Check]:
    """Try each tracker of the campaign: without a sensor all its runs would be in vain.

    Nothing is tried on a SUT behind ssh, nor without the tracker's interpreter.

    Args:
        config: of the bench.
        sut: which is measured there.
        seconds: how long each of them runs.
    """
    if config.sut.host is not None:
        return
    users = {tracker: one for one in reversed(config.scenario) for tracker in config.trackers_of(one)}
    for tracker, scenario in users.items():
        if tracker is not None and sut.host.exists(tracker_interpreter(config, tracker, sut)):
            trial = try_option(tracker, tracker_of(config, scenario, tracker, sut), seconds)
            fix = "" if trial.works else f"{_NO_ENERGY}, or remove {tracker} from `tracker` in lab.toml"
            yield _configuration(f"tracker {tracker}", trial.works, _trial_words(trial), fix)


def _trial_words(trial: Trial) -> str:
    if trial.works:
        methods = ", ".join(f"{part} by {method}" for part, method in (trial.method or {}).items())
        return f"gives an energy ({methods or 'method not known'})"
    outcome = "no energy" if trial.outcome == "ok" else OUTCOME_WORDS.get(trial.outcome or "", "failed")
    return f"{outcome}: {trial.reason}" if trial.reason else outcome


def _environment_check(name: str, sut: Sut, python: PurePosixPath, key: str) -> Check:
    if not sut.host.exists(python):
        return _configuration(name, False, f"{python}: there is no such interpreter", remedy(python, key))
    try:
        found = environment_versions(sut.host, python)
    except SutError as error:
        return _configuration(name, False, str(error))
    packages = found.get("packages") or {}
    listed = ", ".join(f"{package} {version}" for package, version in packages.items())
    return _configuration(name, True, f"Python {found.get('python')}: {listed or 'no framework'}")
