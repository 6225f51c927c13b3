"""The processes of a campaign: found by a variable that all inherited, told apart by what they run."""

from pathlib import Path

CONDUCTOR = "conductor"
PROGRAM = "measured program"
COMMANDS = {
    "meter logger": "-m meter.recording.logger",
    "collectors": "-m sut.collectors.collect",
    "runner": "-m workload.runner",
    "witness": "end_witness.py",
    "virtual instrument": "-m meter.virtual ",
}
"""What the command lines of our processes hold."""

FAR_COMMANDS = {
    "ssh client": "ControlPath=",
    "keeper or relay": "/kept/",
    "answers": "-m sut.remote.answers",
    "holder of the SUT": "-m sut.bench_lock",
}
"""The same of processes that there are only where the SUT is behind ssh."""

ROLES = (CONDUCTOR, *COMMANDS, PROGRAM)
FAR_ROLES = (*ROLES, *FAR_COMMANDS)


def inheriting(variable: str) -> dict[int, str]:
    """Return the command line of every process with an environment variable, ``NAME=value``."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if variable.encode() in (folder / "environ").read_bytes().split(b"\0"):
                words = (folder / "cmdline").read_bytes()
                found[int(folder.name)] = words.replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has ended, or belongs to somebody else
            continue
    return found


def find(role: str, variable: str) -> int | None:
    """Return the id of the process of a role, other than the conductor, if there is one now."""
    processes = inheriting(variable)
    if role != PROGRAM:
        return next((pid for pid, words in processes.items() if _is(role, words)), None)
    runners = {pid for pid, words in processes.items() if COMMANDS["runner"] in words}
    for pid, words in processes.items():
        if COMMANDS["witness"] not in words and _parent(pid) in runners:
            return pid
    return None


def _is(role: str, words: str) -> bool:
    """Say whether a command line is that of a role; that of an ssh client holds what it runs elsewhere."""
    of_ssh = FAR_COMMANDS["ssh client"] in words
    return of_ssh if role == "ssh client" else not of_ssh and (COMMANDS | FAR_COMMANDS)[role] in words


def _parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None
