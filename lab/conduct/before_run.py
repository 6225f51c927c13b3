"""The same state before each run: the commands of ``[sut] before_run``, which may restart the SUT."""

import time

from lab.conduct.activity import Phase
from lab.conduct.crew import AttemptFailed
from lab.conduct.observer import Observer
from lab.config.model import BeforeRunStep
from records.errors import SutError
from records.journal import Journal
from records.journal_events import StatePrepared
from sut.host import Answer, ProcessLost, ask
from sut.sut import Sut

_LOOK_EVERY_S = 1.0


def prepare_state(
    sut: Sut, steps: list[BeforeRunStep], run_dir: str, journal: Journal, observer: Observer
) -> None:
    """Run the commands one after the other, and write each down.

    Args:
        sut: where.
        steps: the commands.
        run_dir: name of the run's folder.
        journal: gets an entry for each.
        observer: is shown the phase.

    Raises:
        AttemptFailed: one fails, or the SUT does not come back.
        SutError: one cannot be started, or the SUT cannot be reached.
    """
    sut.keep_held()
    for step in steps:
        observer.phase(Phase.PREPARE, " ".join(step.command))
        began_s = time.monotonic()
        code = _restart(sut, step) if step.reboots else _run(sut, step)
        seconds = round(time.monotonic() - began_s, 3)
        journal.write(
            StatePrepared(
                run_dir=run_dir,
                command=step.command,
                exit_code=code,
                seconds=seconds,
                rebooted=step.reboots,
            )
        )


def _run(sut: Sut, step: BeforeRunStep) -> int:
    answer = ask(sut.host, step.command, step.wait_s)
    if answer.code == 0:
        return 0
    ended = f"did not end within wait_s = {step.wait_s:g} s" if answer.code is None else _failed(answer)
    raise AttemptFailed(f"before_run: {step.command[0]!r} {ended}")


def _failed(answer: Answer) -> str:
    return f"ended with exit code {answer.code} ({answer.errors[-500:] or 'no output'})"


def _restart(sut: Sut, step: BeforeRunStep) -> int | None:
    """Run a command that restarts the SUT, and wait until it is up again under another boot."""
    before = sut.host.boot_id()
    deadline = time.monotonic() + step.wait_s
    try:
        answer = ask(sut.host, step.command, step.wait_s)
    except ProcessLost as error:  # the restart came before the word that it had begun
        answer = Answer(None, "", str(error))
    while True:
        try:
            if sut.host.boot_id() != before:
                break
            if answer.code is not None and answer.code > 0:  # it is below 0 where the restart has ended it
                raise AttemptFailed(
                    f"before_run: {step.command[0]!r} was to restart the SUT, but {_failed(answer)}"
                )
        except SutError:
            if time.monotonic() > deadline:
                raise
        if time.monotonic() > deadline:
            raise AttemptFailed(
                f"before_run: {step.command[0]!r} was to restart the SUT, which did not happen within "
                f"wait_s = {step.wait_s:g} s"
            )
        time.sleep(_LOOK_EVERY_S)
    sut.keep_held()
    return answer.code
