"""The modules that a run imported, as the runner left them in the run folder."""

import json
from pathlib import Path
from typing import Any

from records.plain_files import read_plain
from records.programs import MODULES_JSON
from sut.programs.look import ImportedModule

_MOST_BYTES = 32 << 20


def take_modules(run_dir: Path) -> list[ImportedModule] | None:
    """Read the modules of a run and remove their file, whose paths are of one machine.

    Returns:
        ``None`` where the program told nothing: it did not load the probe, or was killed.
    """
    path = run_dir / MODULES_JSON
    try:
        modules = json.loads(read_plain(path, _MOST_BYTES))["modules"]
        found = [_module(str(name), one) for name, one in modules.items()]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):  # not the runner's
        found = None
    if path.is_file():
        path.unlink()
    return found


def _module(name: str, told: dict[str, Any]) -> ImportedModule:
    return ImportedModule(
        name=name,
        path=str(told["path"]),
        sha256=None if told["sha256"] is None else str(told["sha256"]),
        written_utc_s=float(told["written_utc_s"] or 0.0),
    )
