"""A host behind a real sshd: processes that outlive the link, files, and refusals that say what to do."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import pytest
from ssh_bench import NAME, SshBench

from records.errors import SutError
from sut.host import Answer, Host, ask
from sut.remote.host import SshHost
from sut.remote.link import is_for_good
from sut.remote.process import RemoteProcess

COUNTS = "import sys, time\nfor n in range({n}):\n    print(n, flush=True)\n    time.sleep(0.05)"


def python(host: SshHost, code: str, **options: object) -> RemoteProcess:
    return host.start([sys.executable, "-u", "-c", code], **options)  # type: ignore[arg-type]


def gone(pid: int, within_s: float = 20.0) -> bool:
    deadline = time.monotonic() + within_s
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not Path(f"/proc/{pid}").exists()


def test_a_short_process_answers_with_code_output_and_errors(host: SshHost) -> None:
    kept: Host = host
    code = "import os, sys; print(os.environ['FLOWER']); print('wilted', file=sys.stderr); sys.exit(4)"
    command = ["env", "FLOWER=tulip", sys.executable, "-c", code]
    assert ask(kept, command, 60) == Answer(4, "tulip", "wilted")
    process = python(host, "import os; print(os.environ['FLOWER'], os.getcwd())", env={"FLOWER": "rose"})
    assert process.stdout is not None
    assert process.wait(20) == 0 and process.end() == 0
    with process.stdout as stdout:
        assert stdout.read().decode().split() == ["rose", str(host.user_home)]


def test_a_process_hears_what_it_is_told_and_ends_when_its_tether_is_cut(host: SshHost) -> None:
    process = python(host, "import sys\nfor line in sys.stdin: print('heard', line, end='')\nprint('cut')")
    assert process.stdout is not None
    process.tell("go")
    with process.stdout as stdout:
        assert stdout.readline() == b"heard go\n" and process.poll() is None
        assert process.end() == 0
        assert stdout.read() == b"cut\n"
    assert list(Path(host.user_home / ".cache/wattlab/kept").iterdir()) == []


def test_what_does_not_end_is_killed_with_its_children(host: SshHost) -> None:
    code = (
        "import signal, subprocess, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(subprocess.Popen(['sleep', '60']).pid)\ntime.sleep(60)"
    )
    process = python(host, code)
    assert process.stdout is not None
    with process.stdout as stdout:
        child = int(stdout.readline())
        assert process.end(patience_s=0.3) == -9
    assert gone(process.pid) and gone(child)


def test_a_process_is_not_killed_while_the_order_to_end_is_on_its_way(host: SshHost) -> None:
    process = python(host, "import sys; sys.stdin.read(); print('in good order')")
    assert process.stdout is not None and process._ssh is not None
    ssh = process._ssh.pid
    os.killpg(ssh, signal.SIGSTOP)  # the link is silent, and nobody has noticed
    threading.Timer(3.0, os.killpg, (ssh, signal.SIGCONT)).start()
    assert process.end(patience_s=0.9) == 0
    with process.stdout as stdout:
        assert stdout.read() == b"in good order\n"


def test_a_link_that_is_lost_costs_nothing(bench: SshBench, host: SshHost) -> None:
    process = python(host, f"import sys\n{COUNTS.format(n=40)}\nprint(sys.stdin.readline())")
    assert process.stdout is not None
    with process.stdout as stdout:
        first = [stdout.readline() for _ in range(3)]
        bench.down()
        process.tell("told while the link was down")
        time.sleep(1.5)
        assert process.poll() is None
        bench.up()
        assert process.wait(20) == 0
        assert process.end() == 0
        lines = [*first, *stdout]
    assert lines[:40] == [b"%d\n" % n for n in range(40)]
    assert lines[40] == b"told while the link was down\n"


@pytest.mark.slow
def test_what_was_left_without_a_link_for_too_long_ends(bench: SshBench) -> None:
    host = SshHost(NAME, sys.executable, lost_s=1.5)
    process = python(host, "import sys; sys.stdin.read()", stdout=subprocess.DEVNULL)
    bench.down()
    assert gone(process.pid)
    assert process.wait(20) == -9
    with pytest.raises(SutError, match=r"link has been lost for 1.5 s"):
        host.exists(PurePosixPath("/etc/hosts"))
    host.link.close()


def test_a_controller_that_is_killed_leaves_nothing_running(bench: SshBench) -> None:
    with another_controller() as (controller, pid):
        assert Path(f"/proc/{pid}").exists()
        controller.kill()
    assert gone(pid)


def test_processes_of_a_controller_that_vanished_are_ended_by_the_next(
    bench: SshBench, host: SshHost
) -> None:
    with another_controller() as (controller, pid):
        bench.down()  # nobody can say that the controller has gone
        controller.kill()
    bench.up()
    mine = python(host, "import sys; sys.stdin.read()", stdout=subprocess.DEVNULL)
    assert Path(f"/proc/{pid}").exists()
    assert host.end_forsaken() == 1 and gone(pid)
    assert mine.poll() is None and mine.end() == 0


@contextmanager
def another_controller() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Yield a controller and the process that it has started on the host."""
    code = (
        "import sys\nfrom sut.remote.host import SshHost\n"
        "command = [sys.executable, '-c', 'import sys; sys.stdin.read()']\n"
        f"process = SshHost({NAME!r}, sys.executable).start(command)\n"
        "print(process.pid, flush=True)\nprocess.wait()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as controller:
        assert controller.stdout is not None
        yield controller, int(controller.stdout.readline())


def test_files_are_put_found_and_fetched(host: SshHost, tmp_path: Path) -> None:
    there = PurePosixPath(host.user_home / "a folder")
    source = tmp_path / "train.py"
    source.write_text("print('tulips')\n")
    host.put(source, there / "sub/train.py")
    assert host.exists(there / "sub/train.py") and not host.exists(there / "sub")
    assert host.has_folder(there / "sub") and not host.has_folder(there / "train.py")
    assert host.finds("sh", there) and not host.finds("no-such-program", there)
    assert not host.finds("sub/train.py", there) and host.finds("sh", there, "/usr/bin:/bin")
    host.link.run('ln -s train.py "$1/sub/link"; mkfifo "$1/pipe"', str(there))
    host.get(there, tmp_path / "fetched")
    assert (tmp_path / "fetched/sub/train.py").read_text() == source.read_text()
    assert (tmp_path / "fetched/sub/link").is_symlink() and not (tmp_path / "fetched/pipe").exists()
    with pytest.raises(SutError, match=r"here already"):
        host.get(there, tmp_path / "fetched")
    assert [path.name for path in tmp_path.glob("*fetched*")] == ["fetched"]
    with pytest.raises(SutError, match=r"absent"):
        host.get(there / "absent", tmp_path / "other")


def test_nothing_is_fetched_to_outside_of_the_folder(host: SshHost, tmp_path: Path) -> None:
    there, outside = PurePosixPath(host.user_home / "runs"), tmp_path / "outside"
    outside.mkdir()
    script = 'mkdir -p "$1" && cd "$1" && ln -s "$2" linked && mkdir deeper'
    assert host.link.run(script, str(there), str(outside)).code == 0
    target = tmp_path / "fetched"
    host.get(there, target)
    assert (target / "linked").is_symlink() and (target / "deeper").is_dir()
    assert host.link.run('cd "$1" && rm linked && mkdir linked && echo 1 > linked/a', str(there)).code == 0
    with pytest.raises(SutError, match=r"expected to copy .* outside"):
        host.get(there, target)
    assert list(outside.iterdir()) == []


def test_a_program_that_is_not_there_is_named(host: SshHost) -> None:
    with pytest.raises(SutError, match=r"no-such-program: expected to start .*No such file"):
        host.start(["no-such-program"])


def test_a_python_that_cannot_keep_processes_is_named_at_once(bench: SshBench) -> None:
    for name, reason in (("no-python", "not found"), ("false", "it is older")):
        host = SshHost(NAME, name)
        with pytest.raises(SutError, match=rf"{name}.* Python 3.11 or newer there, but: .*{reason}"):
            host.start(["true"])
        host.link.close()


def test_what_the_sut_denies_its_own_user_is_no_refused_login() -> None:
    assert is_for_good("lab@sut1: Permission denied (publickey,password).")
    assert not is_for_good("PermissionError: [Errno 13] Permission denied: '/home/lab/.cache'")


def test_a_long_temporary_folder_leaves_room_for_the_name_of_the_socket(
    bench: SshBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("of-a-job-" * 12)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    monkeypatch.setattr(tempfile, "tempdir", None)
    host = SshHost(NAME, sys.executable)
    assert ask(host, ["echo", "there"], 20.0).output == "there"
    host.link.close()


def test_a_login_shell_that_writes_is_refused(bench: SshBench) -> None:
    (bench.home / ".bashrc").write_text("echo Welcome to the lab\n")
    (bench.home / ".cshrc").write_text("echo Welcome to the lab\n")
    host = SshHost(NAME, sys.executable)
    with pytest.raises(SutError, match=r"'Welcome to the lab'.*\.bashrc"):
        host.start(["true"])
    host.link.close()


def test_unknown_host_keys_and_refused_logins_say_what_to_do(bench: SshBench) -> None:
    host = SshHost(NAME, sys.executable)
    bench.trust("")
    with pytest.raises(SutError, match=r"host key is unknown.*compare the fingerprint"):
        host.mkdir(PurePosixPath("/tmp"))
    key = (bench.folder / "client_key.pub").read_text()
    bench.trust(key)
    with pytest.raises(SutError, match=r"not the one in known_hosts"):
        host.mkdir(PurePosixPath("/tmp"))
    bench.trust((bench.folder / "host_key.pub").read_text())
    (bench.folder / "client_key.pub").write_text("")
    with pytest.raises(SutError, match=r"refuses the login.*ssh-copy-id"):
        host.start(["true"])
    bench.down()
    with pytest.raises(SutError, match=r"nothing answers on its ssh port"):
        host.exists(PurePosixPath("/tmp"))
    bench.up()
    host.link.close()


def test_the_end_of_its_output_is_seen_before_it_is_ended(host: SshHost) -> None:
    process = python(host, "print('tulip')")
    assert process.stdout is not None
    with process.stdout as stdout:
        assert stdout.read() == b"tulip\n"
    assert process.end() == 0
