"""A stage on which a command sees simulated counters in place of this machine's.

The command runs in a mount namespace of its own (`unshare`), as root or, where user namespaces are allowed,
as any user. There ``/sys/class/powercap`` is the RAPL tree of a truth script, and the loader finds its NVML.
Nothing outside of the namespace changes. Inside it this module runs as
``python -m sut.virtual.stage FOLDER SERVER -- COMMAND...``.
"""

import os
import shutil
import subprocess
import sys
import time
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path

from records.errors import SutError, WattlabError
from records.parentage import die_with_parent
from records.truth import TRUTH_MARKS, TRUTH_SCRIPT
from records.truth.marks import begin_marks
from records.truth.script import TruthScript
from sut.virtual.nvml import build_nvml, write_table

_TREE_LIMIT_S = 10.0
_PYTHON = (
    sys.executable,
    "-P",
    "-m",
)  # without the working folder, and with nothing for the command to inherit
_CLASS = Path("/sys/class")
_UNPRIVILEGED = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--")
"""Root's rights over files would open what a fault denies."""


@dataclass(frozen=True)
class Stage:
    """What was prepared.

    Attributes:
        folder: holds ``truth.toml``, ``marks``, ``nvml/`` and ``nvml.txt``.
        server: ``rapl_fuse``, exact at every reading, or ``rapl_files``, a few milliseconds late.
    """

    folder: Path
    server: str

    @property
    def marks(self) -> Path:
        """File to which the program writes its begin and end."""
        return self.folder / "marks"

    def command(self, command: list[str]) -> list[str]:
        """Return the command line that runs a command on the stage; to be started with `environment`."""
        stage = [*_PYTHON, "sut.virtual.stage", str(self.folder), self.server]
        return [*_unshare(), "--", *stage, "--", *command]

    def environment(self) -> dict[str, str]:
        """Return the variables of such a command line."""
        libraries = os.pathsep.join(
            filter(None, [str(self.folder / "nvml"), os.environ.get("LD_LIBRARY_PATH")])
        )
        return {
            **os.environ,
            "LD_LIBRARY_PATH": libraries,
            "PATH": os.pathsep.join([str(self.folder / "nvml"), os.environ.get("PATH", os.defpath)]),
            "WATTLAB_NVML_TABLE": str(self.folder / "nvml.txt"),
            TRUTH_SCRIPT: str(self.folder / "truth.toml"),
            TRUTH_MARKS: str(self.marks),
        }


def prepare(script_path: Path, folder: Path) -> Stage:
    """Prepare a stage in an empty folder; its counters begin to count.

    Raises:
        ConfigurationError: the script has mistakes.
        SutError: the stage cannot be set up here; the message says why.
    """
    script = TruthScript.read(script_path)
    why_not = why_no_stage()
    if why_not:
        raise SutError(why_not)
    stage = Stage(folder.resolve(), "rapl_fuse" if _fuse_works() else "rapl_files")
    shutil.copyfile(script_path, folder / "truth.toml")
    if script.gpu or find_library("nvidia-ml"):  # real GPUs are no part of the truth
        (folder / "nvml").mkdir()
        build_nvml(folder / "nvml")
        write_table(script, folder / "nvml.txt")
    begin_marks(stage.marks)
    return stage


def why_no_stage() -> str:
    """Return why this user cannot have a mount namespace on this machine, or an empty text. It is tried."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return "the bench needs Linux and the command `unshare` (package util-linux)"
    command = [*_unshare(), "--", "mount", "-t", "tmpfs", "tmpfs", str(_CLASS)]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    if tried.returncode == 0:
        return ""
    said = (tried.stderr.strip().splitlines() or ["no reason given"])[-1]
    return (
        f"the bench needs a mount namespace, but this user gets none here ({said}): "
        f"allow user namespaces, or run it as root"
    )


def _unshare() -> list[str]:
    return ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]


def _fuse_works() -> bool:
    """Whether mfusepy finds libfuse and this user may open the device."""
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return False
    command = [sys.executable, "-c", "import mfusepy"]  # which looks for libfuse
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _on_stage(folder: Path, server: str, command: list[str]) -> int:
    """Run within the namespace: put up the tree, run the command, return its exit code."""
    serving = _put_up(folder, server) if TruthScript.read(folder / "truth.toml").package else None
    try:
        return subprocess.run([*_UNPRIVILEGED, *command], check=False, preexec_fn=die_with_parent).returncode
    finally:
        if serving is not None:
            serving.terminate()
            serving.wait()


def _put_up(folder: Path, server: str) -> subprocess.Popen[bytes]:
    """Cover ``/sys/class`` by links to what is there and by a RAPL tree; return what serves the tree."""
    behind, rapl = folder / "class", _CLASS / "powercap" / "intel-rapl"
    behind.mkdir()
    _mount("--rbind", str(_CLASS), str(behind))
    _mount("-t", "tmpfs", "tmpfs", str(_CLASS))
    for entry in behind.iterdir():
        if entry.name != "powercap":
            (_CLASS / entry.name).symlink_to(entry)
    rapl.mkdir(parents=True)
    paths = map(str, (folder / "truth.toml", folder / "marks", rapl))
    serving = subprocess.Popen(
        [*_PYTHON, f"sut.virtual.{server}", *paths],
        stdin=subprocess.DEVNULL,
        preexec_fn=die_with_parent,  # noqa: PLW1509  (this process has one thread)
    )
    deadline_s = time.monotonic() + _TREE_LIMIT_S
    while not (rapl / "enabled").exists():
        if serving.poll() is not None or time.monotonic() > deadline_s:
            raise SutError(f"expected a RAPL tree of {server}, but it did not come up; see the lines above")
        time.sleep(0.01)
    for zone in sorted(rapl.glob("**/intel-rapl:*")):
        (rapl.parent / zone.name).symlink_to(zone)
    return serving


def _mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SutError(
            f"expected `mount {' '.join(arguments)}` to work in a namespace, but: {done.stderr.strip()}"
        )


def main(argv: list[str]) -> int:
    """Run a command on a prepared stage."""
    folder, server, _, *command = argv
    try:
        return _on_stage(Path(folder), server, command)
    except WattlabError as error:
        print(f"sut.virtual.stage: {error}", file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
