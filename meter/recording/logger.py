"""Log a power meter into a run folder: ``python -m meter.recording.logger --driver D --port P --out DIR``.

A process of its own, so that nothing the lab does can delay a reading. ``meter.csv`` is the truth:
one row per reading, appended at once. One row too, flagged ``nodata``, per period of silence.
``meter.json`` is written before the first row, and again at the end with the gap ledger, which
can be made from ``meter.csv`` alone (`meter.recording.ledger`) when the logger was killed. With ``--raw``
every byte that passes goes into ``meter_raw.csv``, too. With ``--more`` several meters are logged at once:
each into ``meters/NAME/``, and their sum into the folder itself (`meter.recording.several`).

Standard output, one JSON object a line: ``{"ready": true, "identity": {...}, "simulated": bool,
"chosen_options": {...}}`` after the first good reading (what the meter chose by itself, see
`Meter.chosen_options`; by name where there are several), then ``{"notice": "..."}`` when the meter goes
silent or comes back, ``{"stopped": true, "counts": {...}}`` at the end. Readings are not printed; follow
``meter.csv``.
"""

import argparse
import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import Any

from meter.options import read_pairs
from meter.recording.log import LogSettings, log
from meter.registry import create, driver_names
from records.calibration import CalibrationRecord
from records.errors import WattlabError
from records.meter import Calibration, MeterRecord
from records.stop_signal import StopSignal


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m meter.recording.logger", description="Log a power meter."
    )
    parser.add_argument("--driver", required=True, help=f"one of: {', '.join(driver_names())}")
    parser.add_argument("--port", required=True, help="device path or URL")
    parser.add_argument("--out", required=True, type=Path, help="run folder")
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between readings")
    parser.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", help="of the driver")
    parser.add_argument("-n", type=int, default=None, help="stop after so many rows")
    parser.add_argument("--calibration", type=Path, help="file of `lab meter calibrate`")
    parser.add_argument("--calibration-date", help="YYYY-MM-DD, as the certificate has it")
    parser.add_argument("--certificate", help="number or name of the calibration certificate")
    parser.add_argument("--latency", type=float, help="measured latency in s")
    parser.add_argument("--latency-u", type=float, help="standard uncertainty of the latency in s")
    parser.add_argument("--raw", action="store_true", help="keep every byte in meter_raw.csv")
    parser.add_argument("--name", default="main", help="of this meter, where there are several")
    parser.add_argument(
        "--more",
        action="append",
        default=[],
        metavar="JSON",
        help='one more meter on the same SUT: {"name": ..., "driver": ..., "port": ...} and, where they '
        'differ, "interval_s", "options", "calibration_date", "certificate", "latency_s", "latency_u_s"',
    )
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input ends")
    return parser.parse_args(argv)


def _settings(options: argparse.Namespace) -> LogSettings:
    calibration = Calibration(date=options.calibration_date, certificate=options.certificate)
    if options.calibration is not None:
        calibration = CalibrationRecord.read(options.calibration).for_meter_json()
    return LogSettings(
        port=options.port,
        out_dir=options.out,
        interval_s=options.interval,
        limit=options.n,
        calibration=calibration,
        latency_s=options.latency,
        latency_u_s=options.latency_u,
        raw=options.raw,
    )


def _say(**message: Any) -> None:
    try:
        os.write(sys.stdout.fileno(), (json.dumps(message) + "\n").encode())
    except BrokenPipeError:
        return  # nobody listens any more; the files are the record, and logging goes on


def _log_what_is_asked(options: argparse.Namespace, stop: StopSignal) -> MeterRecord:
    meter = create(options.driver, read_pairs(tuple(options.option)))

    def ready(record: MeterRecord, chosen_options: object) -> None:
        _say(
            ready=True,
            identity=dataclasses.asdict(record.identity),
            simulated=record.simulated,
            chosen_options=chosen_options,
        )

    if not options.more:
        return log(
            meter,
            _settings(options),
            stop=stop.now,
            on_ready=lambda record: ready(record, meter.chosen_options()),
            on_notice=lambda text: _say(notice=text),
        )
    from meter.recording.several import Part, log_several, read_part

    first = dataclasses.replace(_settings(options), limit=None)
    parts = [Part(options.name, meter, first), *(read_part(text, first) for text in options.more)]
    return log_several(
        parts,
        options.out,
        stop=stop.now,
        limit=options.n,
        on_ready=lambda record: ready(record, {part.name: part.meter.chosen_options() for part in parts}),
        on_notice=lambda text: _say(notice=text),
    )


def main(argv: list[str] | None = None) -> int:
    """Run the logger as a process; return its exit code."""
    options = _parse(argv)
    stop = StopSignal(options.until_stdin_closes)
    try:
        record = _log_what_is_asked(options, stop)
    except WattlabError as error:
        print(f"meter.recording.logger: {error}", file=sys.stderr)
        return error.exit_code
    _say(stopped=True, counts=record.counts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
