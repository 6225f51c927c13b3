"""collectl and tegrastats as tools of this machine: whether they are there, which one, how it is called.

Apart from `sut.collectors.collectl` and `sut.collectors.tegrastats`, so that a machine without them does not
load what starts them.
"""

import os


def find_collectl() -> str | None:
    """Return the path of collectl, or ``None`` where it is not installed."""
    return _find("collectl")


def find_tegrastats() -> str | None:
    """Return the path of tegrastats, or ``None`` where this is no Jetson."""
    return _find("tegrastats")


def _find(program: str) -> str | None:
    places = (f"{folder}/{program}" for folder in os.get_exec_path())  # shutil.which is a heavy import
    return next((path for path in places if os.access(path, os.X_OK)), None)


def collectl_version(program: str | None) -> str | None:
    """Return collectl's version as it states it, e.g. ``V4.3.1-1``; ``None`` where it is absent or mute."""
    if program is None:
        return None
    import subprocess  # not needed where collectl is absent

    answer = subprocess.run(
        [program, "--version"], capture_output=True, text=True, timeout=20, check=False
    ).stdout.split()
    return answer[1] if len(answer) > 1 and answer[0] == "collectl" else None


def collectl_command(program: str, interval_s: float) -> list[str]:
    """Return the command line: CPU, disk, memory, network; plot format; UTC stamps in milliseconds."""
    return [program, "-scdmn", f"-i{interval_s:g}", "-P", "--utc", "-om", "--headerrepeat", "0"]
