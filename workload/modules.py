"""Hashes of the modules that the measured program imported, as its probe told them at its end.

The probe writes names and paths only, which costs the rating interval a few milliseconds; the runner
hashes the files once the interval is over. Standard library only.
"""

import json
from pathlib import Path
from typing import Any

from records.plain_files import read_plain, sha256_of_plain

TOLD = "modules.jsonl"
HASHED = "modules.json"
_MOST_TOLD_BYTES = 16 << 20
_MOST_MODULES = 5000


def hash_modules(run_dir: Path) -> None:
    """Replace what the probe told (``modules.jsonl``) by ``modules.json``, which holds the hashes.

    ``{"modules": {name: {"path": ..., "sha256": ..., "written_utc_s": ...}}}``; a module whose file
    cannot be read has no hash. Nothing is written where no process told anything.

    Raises:
        OSError: the folder cannot be written.
    """
    told = run_dir / TOLD
    try:
        lines = read_plain(told, _MOST_TOLD_BYTES).splitlines()
    except OSError:  # no process loaded the probe, or it was killed
        return
    modules: dict[str, dict[str, Any]] = {}
    for line in lines:
        for name, path in _parse(line).items():
            if len(modules) < _MOST_MODULES and name not in modules:
                modules[name] = _describe(path)
    beside = run_dir / f".{HASHED}.part"
    beside.write_text(json.dumps({"modules": modules}), encoding="utf-8")
    beside.replace(run_dir / HASHED)
    told.unlink()


def _parse(line: bytes) -> dict[str, str]:
    try:
        modules = json.loads(line)["modules"]
        return {str(name): str(path) for name, path in modules.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):  # torn, or not the probe's
        return {}


def _describe(path: str) -> dict[str, Any]:
    try:
        return {
            "path": path,
            "sha256": sha256_of_plain(path),
            "written_utc_s": round(Path(path).stat().st_ctime, 6),
        }
    except (OSError, ValueError):
        return {"path": path, "sha256": None, "written_utc_s": None}
