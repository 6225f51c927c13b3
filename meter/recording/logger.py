"""Log power meters into a run folder, as its ``logger.json`` says: ``python -m meter.recording.logger DIR``.

A process of its own, so that nothing the lab does can delay a reading. ``meter.csv`` is the truth:
one row per reading, appended at once. One row too, flagged ``nodata``, per period of silence.
``meter.json`` is written before the first row, and again at the end with the gap ledger, which
can be made from ``meter.csv`` alone (`meter.recording.ledger`) when the logger was killed. Several
meters are logged at once: each into ``meters/NAME/``, and their sum into the folder itself
(`meter.recording.several`).

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

from meter.recording.log import log
from meter.registry import create
from records.errors import WattlabError
from records.meter import MeterRecord
from records.run import RunFolder
from records.settings.logger import LoggerSettings
from records.stop_signal import StopSignal


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m meter.recording.logger", description="Log power meters.")
    parser.add_argument("folder", type=Path, metavar="DIR", help="run folder, with its logger.json")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input ends")
    return parser.parse_args(argv)


def _say(**message: Any) -> None:
    try:
        os.write(sys.stdout.fileno(), (json.dumps(message) + "\n").encode())
    except BrokenPipeError:
        return  # nobody listens any more; the files are the record, and logging goes on


def _log_what_is_asked(folder: Path, stop: StopSignal) -> MeterRecord:
    settings = LoggerSettings.read_closed(RunFolder(folder).logger_json)

    def ready(record: MeterRecord, chosen_options: object) -> None:
        _say(
            ready=True,
            identity=dataclasses.asdict(record.identity),
            simulated=record.simulated,
            chosen_options=chosen_options,
        )

    def notice(text: str) -> None:
        _say(notice=text)

    if len(settings.meters) > 1:
        from meter.recording.several import log_several

        return log_several(settings, folder, stop=stop.now, on_ready=ready, on_notice=notice)
    (wanted,) = settings.meters
    meter = create(wanted.driver, wanted.options)
    return log(
        meter,
        wanted,
        folder,
        stop=stop.now,
        limit=settings.limit,
        raw=settings.raw,
        on_ready=lambda record: ready(record, meter.chosen_options()),
        on_notice=notice,
    )


def main(argv: list[str] | None = None) -> int:
    """Run the logger as a process; return its exit code."""
    arguments = _parse(argv)
    stop = StopSignal(arguments.until_stdin_closes)
    try:
        record = _log_what_is_asked(arguments.folder, stop)
    except WattlabError as error:
        print(f"meter.recording.logger: {error}", file=sys.stderr)
        return error.exit_code
    _say(stopped=True, counts=record.counts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
