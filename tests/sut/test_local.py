"""This machine as host and SUT: sessions, tethers, ends; files put and got."""

import os
import signal
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from records.errors import SutError
from sut.host import Answer, Host, ask
from sut.local import LocalHost, LocalProcess, LocalSut
from sut.sut import ClockComparison, Sut


def _python(code: str, **options: object) -> LocalProcess:
    return LocalHost().start([sys.executable, "-u", "-c", code], **options)  # type: ignore[arg-type]


def _line(process: LocalProcess) -> bytes:
    assert process.stdout is not None
    return process.stdout.readline()


def _close(process: LocalProcess) -> None:
    assert process.stdout is not None
    process.stdout.close()


def test_the_local_machine_keeps_the_contracts_of_host_and_sut(tmp_path):
    host: Host = LocalHost()
    sut: Sut = LocalSut(tmp_path, tmp_path)
    assert host.exists(sut.python) and not host.exists(sut.home / "runs")
    assert sut.clock_offset() == ClockComparison(0.0, 0.0, 0.0, "same-host")


def test_paths_of_a_configuration_are_seen_from_its_folder(tmp_path):
    sut = LocalSut(tmp_path / "campaign", tmp_path)
    assert sut.resolve("flowers/train.py") == PurePosixPath(tmp_path / "flowers/train.py")
    assert sut.resolve("/opt/train.py") == PurePosixPath("/opt/train.py")
    assert sut.resolve("~/train.py") == PurePosixPath(Path.home() / "train.py")


def test_a_process_leads_a_session_of_its_own_and_gets_variables_on_top_of_ours():
    code = "import os; print(os.getsid(0), os.getpgid(0), os.environ['FLOWER'], os.environ['PATH'])"
    process = _python(code, env={"FLOWER": "tulip"})
    assert _line(process).decode().split() == [*[str(process.pid)] * 2, "tulip", os.environ["PATH"]]
    assert process.wait(30) == 0
    _close(process)


def test_cutting_the_tether_ends_a_process_that_watches_it():
    process = _python("import sys; print('up'); sys.stdin.read(); sys.exit(5)")
    assert _line(process) == b"up\n" and process.poll() is None
    assert process.wait(0.05) is None
    assert process.end() == 5
    _close(process)


def test_a_process_that_ignores_tether_and_sigterm_is_killed():
    process = _python(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(600)"
    )
    assert _line(process) == b"up\n"
    assert process.end(patience_s=0.1) == -signal.SIGKILL
    _close(process)


def test_what_a_process_left_behind_in_its_group_ends_with_it(wait_until):
    process = _python("import subprocess; p = subprocess.Popen(['sleep', '600']); print(p.pid)")
    sleeper = int(_line(process))
    process.end()
    _close(process)
    stat = Path(f"/proc/{sleeper}/stat")
    wait_until(lambda: not stat.exists() or stat.read_text().split()[2] in "ZX", "the end of sleep")


def test_output_can_go_to_a_file(tmp_path):
    with open(tmp_path / "out", "wb") as out:
        process = _python("print('tulip')", stdout=out, stderr=subprocess.DEVNULL)
        assert process.wait(30) == 0
    assert process.stdout is None
    process.end()
    assert (tmp_path / "out").read_text() == "tulip\n"


def test_a_program_that_is_not_there_is_named():
    with pytest.raises(SutError, match="no-such-program: expected to start this program"):
        LocalHost().start(["no-such-program"])


def test_a_short_process_is_asked_for_what_it_says():
    code = "import sys; print('tulip'); print('wilted', file=sys.stderr); sys.exit(4)"
    assert ask(LocalHost(), [sys.executable, "-c", code], 60) == Answer(4, "tulip", "wilted")


def test_a_process_that_does_not_answer_in_time_is_ended():
    code = "import sys; print('up', flush=True); sys.stdin.read(); print('ended', file=sys.stderr)"
    assert ask(LocalHost(), [sys.executable, "-c", code], 2).code is None


def test_a_file_is_put_where_it_is_asked_for_and_left_alone_where_it_is_already(tmp_path):
    source = tmp_path / "train.py"
    source.write_text("print('tulip')\n")
    LocalHost().put(source, PurePosixPath(tmp_path / "there/train.py"))
    LocalHost().put(source, PurePosixPath(source))
    assert (tmp_path / "there/train.py").read_text() == source.read_text() == "print('tulip')\n"
    with pytest.raises(SutError, match=r"there/absent\.py: expected to put"):
        LocalHost().put(tmp_path / "absent.py", PurePosixPath(tmp_path / "there/absent.py"))


def test_what_a_folder_holds_is_got_links_as_links_and_nothing_that_would_wait(tmp_path):
    there, here = tmp_path / "there", tmp_path / "here"
    (there / "model").mkdir(parents=True)
    here.mkdir()
    (there / "model/weights").write_bytes(b"\0\1")
    (there / "passwd").symlink_to("/etc/passwd")
    os.mkfifo(there / "fifo")
    LocalHost().get(PurePosixPath(there), here)
    assert sorted(path.name for path in here.rglob("*")) == ["model", "passwd", "weights"]
    assert (here / "model/weights").read_bytes() == b"\0\1" and (here / "passwd").is_symlink()


def test_what_is_got_never_overwrites_what_the_controller_wrote(tmp_path):
    there, here = tmp_path / "there", tmp_path / "here"
    for folder in (there, here):
        folder.mkdir()
        (folder / "meter.csv").write_text(folder.name)
    with pytest.raises(SutError, match="a file of this name is here already"):
        LocalHost().get(PurePosixPath(there), here)
    assert (here / "meter.csv").read_text() == "here"


def test_getting_a_folder_that_is_shared_changes_nothing(tmp_path):
    (tmp_path / "events.jsonl").write_text("{}\n")
    LocalHost().get(PurePosixPath(tmp_path), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["events.jsonl"]
