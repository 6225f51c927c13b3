"""Runs before the measurement: they fill caches, and show early that a command fails."""

import tempfile
from pathlib import PurePosixPath

from lab.conduct.workload_run import last_lines
from lab.measure.commands import MeasuredCommand
from records.errors import ProgramFailed
from records.journal_events import WarmedUp
from records.times import now_mono_s, now_utc_s
from sut.sut import Sut

_IN_FOLDER = 'cd "$1" && shift && exec "$@" </dev/null'
_PATIENCE_S = 1.0


def warm_up(command: MeasuredCommand, folder: PurePosixPath, sut: Sut) -> WarmedUp:
    """Run a command once on the SUT, without measuring it; return the entry for the journal.

    Raises:
        ProgramFailed: it fails.
        SutError: it cannot be started.
    """
    argv = ["sh", "-c", _IN_FOLDER, "sh", str(folder), *command.words]
    began_s = now_mono_s()
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = sut.host.start(argv, stdout=output, stderr=errors)
        try:
            code = process.wait()
        finally:
            process.end(_PATIENCE_S)
        if code != 0:
            errors.seek(0)
            last = last_lines(errors.read().decode(errors="replace"))
            raise ProgramFailed(
                f"{command.name} failed with exit code {code} in a warm-up run; last lines on stderr: {last}"
            )
    end_s = now_mono_s()
    return WarmedUp(
        t_utc_s=round(now_utc_s(), 6),
        t_mono_s=round(end_s, 6),
        scenario=command.name,
        command=list(command.words),
        seconds=round(end_s - began_s, 3),
    )
