"""The modules that a program really imported, with hashes, as the runner leaves them in the run folder."""

import hashlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from workload_processes import PROBE_DIR

from records.plain_files import read_plain
from workload.modules import hash_modules

MAIN = """
import json
import os
import wattlab_probe
import helper
from package import part
os.chdir("/")
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    folder = tmp_path / "program"
    (folder / "package").mkdir(parents=True)
    (folder / "main.py").write_text(MAIN)
    (folder / "helper.py").write_text("X = 1\n")
    (folder / "unused.py").write_text("Y = 1\n")
    (folder / "package/__init__.py").write_text("")
    (folder / "package/part.py").write_text("Z = 1\n")
    return folder


def modules(run_dir: Path) -> dict[str, dict]:
    return json.loads((run_dir / "modules.json").read_text())["modules"]


def test_the_modules_of_the_program_are_told_with_the_hashes_of_their_files(start, run_dir, program):
    start(sys.executable, "main.py", options=("--cwd", str(program))).result()
    found = modules(run_dir)
    files = {
        "__main__": "main.py",
        "helper": "helper.py",
        "package": "package/__init__.py",
        "package.part": "package/part.py",
    }
    assert {name: Path(module["path"]) for name, module in found.items()} == {
        name: program / file for name, file in files.items()
    }
    for module in found.values():
        content = Path(module["path"]).read_bytes()
        assert module["sha256"] == hashlib.sha256(content).hexdigest()
        assert module["written_utc_s"] == pytest.approx(Path(module["path"]).stat().st_ctime, abs=1e-5)
    assert not (run_dir / "modules.jsonl").exists()


def test_an_unmodified_program_tells_its_modules_through_the_launcher(start, run_dir, program):
    (program / "main.py").write_text("import helper\n")
    start(sys.executable, "-m", "wattlab_probe", "main.py", options=("--cwd", str(program))).result()
    assert sorted(modules(run_dir)) == ["__main__", "helper"]


def test_modules_are_told_also_by_a_program_that_fails(start, run_dir, program):
    (program / "main.py").write_text(MAIN + "raise KeyError\n")
    start(sys.executable, "main.py", options=("--cwd", str(program))).result()
    assert "package.part" in modules(run_dir)


def test_a_program_without_the_probe_tells_nothing(start, run_dir):
    start("sh", "-c", "true").result()
    assert not list(run_dir.glob("*modules*"))


def test_a_lazy_module_is_not_loaded_by_being_looked_at(run_python, run_dir):
    code = """
import sys, types
import wattlab_probe
class Lazy(types.ModuleType):
    def __getattr__(self, name):
        print("loaded", name)
        raise AttributeError(name)
sys.modules["lazy"] = Lazy("lazy")
sys.modules["odd"] = 3
"""
    result = run_python("-c", code)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_the_probe_costs_no_process_its_end_when_nothing_can_be_written(run_python, run_dir):
    (run_dir / "modules.jsonl").mkdir()
    result = run_python("-c", "import wattlab_probe; print('done')")
    assert (result.returncode, result.stdout) == (0, "done\n")
    assert "which modules were imported" in result.stderr


@pytest.mark.parametrize("kind", ["fifo", "socket", "folder", "device"])
def test_what_is_no_plain_file_is_neither_opened_nor_waited_for(tmp_path, kind):
    path = tmp_path / "thing"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(OSError, match="no plain file"):
        read_plain(path)


def test_a_file_is_read_up_to_the_limit(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * 1000)
    assert len(read_plain(path, 1000)) == 1000
    with pytest.raises(OSError, match="larger than 999 bytes"):
        read_plain(path, 999)


@pytest.mark.parametrize("line", [b"{", b"[]", b"3", b'{"modules": 3}', b"\xff", b"[" * 100_000])
def test_a_line_that_the_probe_did_not_write_is_left_out(run_dir, line):
    (run_dir / "modules.jsonl").write_bytes(line + b'\n{"pid": 1, "modules": {"gone": "/not/there.py"}}\n')
    hash_modules(run_dir)
    assert modules(run_dir) == {"gone": {"path": "/not/there.py", "sha256": None, "written_utc_s": None}}


def test_a_fifo_in_place_of_what_was_told_does_not_stop_the_runner(run_dir):
    os.mkfifo(run_dir / "modules.jsonl")
    hash_modules(run_dir)
    assert not (run_dir / "modules.json").exists()


def test_the_runner_works_as_a_plain_script(run_dir, program):
    script = Path(__file__).resolve().parents[2] / "workload" / "runner.py"
    command = [sys.executable, str(script), "--run-dir", str(run_dir), "--name", "x", "--limit-s", "60"]
    command += ["--cwd", str(program), "--", sys.executable, "main.py"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "helper" in modules(run_dir)
    assert PROBE_DIR.is_dir()
