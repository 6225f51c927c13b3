"""The command of ``[notify]``, run when a campaign ends or stops; it cannot harm the campaign."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO

from lab.conduct.campaign import OpenCampaign, recorded_states
from lab.config.notify import NotifySection
from records.errors import InterruptedCampaign, WattlabError
from records.journal import Journal
from records.journal_events import Ending, Notified

_LAST_OF_ERRORS = 200
_MOST_IN_VARIABLE = 1000
"""Characters of a message in an environment variable, which the system limits; standard input has all."""


@contextmanager
def notifying_of_errors(opened: OpenCampaign, journal: Journal, say: Callable[[str], None]) -> Iterator[None]:
    """Run the command when what is within ends with an error; see `notify`."""
    try:
        yield
    except WattlabError as error:
        notify(opened, journal, say, event_of(error), str(error))
        raise


def notify(
    opened: OpenCampaign, journal: Journal, say: Callable[[str], None], event: Ending, message: str
) -> None:
    """Run the command, if there is one. What goes wrong is a notice and is in the journal.

    Args:
        opened: the campaign. The part of one that a bench of a fleet runs notifies nobody.
        journal: gets the entry.
        say: gets the notice.
        event: how the campaign is over.
        message: the same in words; the command reads it from standard input.
    """
    section = opened.config.notify
    if section is None or opened.lease is not None:
        return
    states = recorded_states(opened)
    values = {
        "WATTLAB_EVENT": event,
        "WATTLAB_CAMPAIGN": str(opened.folder.path.absolute()),
        "WATTLAB_TITLE": opened.config.campaign.title,
        "WATTLAB_MESSAGE": message[:_MOST_IN_VARIABLE],
        "WATTLAB_COMPLETED": str(sum(state.state == "completed" for state in states)),
        "WATTLAB_PLANNED": str(len(states)),
        "WATTLAB_SIMULATED": "yes" if opened.campaign.simulated else "no",
    }
    code, failure = _run(opened, section, values, message)
    if failure is not None:
        say(f"[notify] {section.command[0]!r} {failure}. The campaign is not affected")
    with suppress(OSError):  # a full disk may be the very reason for the end
        journal.write(Notified(event=event, command=section.command, exit_code=code, failure=failure))


def event_of(error: WattlabError) -> Ending:
    """Return how a campaign is over that ended with an error."""
    return Ending.INTERRUPTED if isinstance(error, InterruptedCampaign) else Ending.STOPPED


def _run(
    opened: OpenCampaign, section: NotifySection, values: dict[str, str], message: str
) -> tuple[int | None, str | None]:
    """Return the exit code, ``None`` where the command did not end by itself, and what went wrong."""
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                section.command,
                cwd=opened.config.base_dir,
                env={**os.environ, **values},
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            return None, f"could not be started: {error}"
        try:
            process.communicate(f"{message}\n".encode(), timeout=section.limit_s)
        except subprocess.TimeoutExpired:
            return None, f"did not end within limit_s = {section.limit_s:g} s and was ended"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.returncode == 0:
            return 0, None
        return process.returncode, f"ended with exit code {process.returncode}{_said(errors)}"


def _said(errors: IO[bytes]) -> str:
    errors.seek(0)
    text = " ".join(errors.read().decode(errors="replace").split())
    return f" ({text[-_LAST_OF_ERRORS:]})" if text else ""
