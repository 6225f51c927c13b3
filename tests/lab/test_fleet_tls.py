"""A fleet over TLS: with a certificate of its authority one is let in, else nothing is answered."""

import json
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_bench import lab, wait_for

from lab.fleet.link import Link
from records.errors import ConfigurationError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="makes certificates with the command openssl"),
]


def openssl(*words: object) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def authority(folder: Path, name: str) -> None:
    """Make a certificate authority and one certificate that it has signed."""
    ca, key = folder / f"{name}-ca.pem", folder / f"{name}-ca.key"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *curve, "-days", 2, "-subj", f"/CN={name} authority", "-keyout", key, "-out", ca)
    request = folder / f"{name}.csr"
    openssl("req", *curve, "-subj", f"/CN={name}", "-keyout", folder / f"{name}.key", "-out", request)
    signed = folder / f"{name}.pem"
    openssl("x509", "-req", "-in", request, "-CA", ca, "-CAkey", key, "-days", 2, "-out", signed)


def options(folder: Path, name: str) -> list[str]:
    files = {"ca": f"{name}-ca.pem", "cert": f"{name}.pem", "key": f"{name}.key"}
    return [word for part, file in files.items() for word in (f"--tls-{part}", str(folder / file))]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates of our authority and of a stranger's."""
    folder = tmp_path_factory.mktemp("tls")
    authority(folder, "ours")
    authority(folder, "stranger")
    return folder


@pytest.fixture(scope="module")
def scheduler(certificates: Path) -> Iterator[str]:
    """The address of a scheduler that speaks TLS only."""
    told = certificates / "scheduler.json"
    argv = [str(Path(sys.executable).with_name("dask")), "scheduler", "--protocol", "tls"]
    argv += ["--host", "tls://127.0.0.1", "--port", "0", "--no-dashboard"]
    argv += ["--dashboard-address", "127.0.0.1:0"]
    argv += ["--scheduler-file", str(told), "--tls-ca-file", str(certificates / "ours-ca.pem")]
    argv += ["--tls-cert", str(certificates / "ours.pem"), "--tls-key", str(certificates / "ours.key")]
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield wait_for("the scheduler", lambda: told.exists() and json.loads(told.read_text())["address"])
    process.terminate()
    process.wait()


def test_with_our_certificate_the_scheduler_answers(certificates: Path, scheduler: str) -> None:
    assert scheduler.startswith("tls://")
    done = lab("fleet", "status", "--scheduler", scheduler, *options(certificates, "ours"), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["benches"] == []
    done = lab("fleet", "status", "--scheduler", scheduler, *options(certificates, "ours"))
    assert "lab fleet worker" in done.stdout


def test_encryption_is_required_of_both_sides(certificates: Path) -> None:
    pems = (certificates / name for name in ("ours-ca.pem", "ours.pem", "ours.key"))
    security = Link("tls://192.0.2.1:8786", *pems).security()
    assert security is not None
    assert security.require_encryption


def test_a_key_of_another_certificate_is_told(certificates: Path) -> None:
    pems = (certificates / name for name in ("ours-ca.pem", "ours.pem", "stranger.key"))
    with pytest.raises(ConfigurationError, match=r"stranger\.key"):
        Link("tls://192.0.2.1:8786", *pems).security()


def test_the_certificate_of_a_stranger_gets_no_answer(certificates: Path, scheduler: str) -> None:
    done = lab("fleet", "status", "--scheduler", scheduler, *options(certificates, "stranger"))
    assert done.returncode == 3


def test_nobody_is_let_in_without_a_certificate(certificates: Path, scheduler: str) -> None:
    host, port = scheduler.removeprefix("tls://").split(":")
    context = ssl.create_default_context(cafile=str(certificates / "ours-ca.pem"))
    context.check_hostname = False
    with (
        socket.create_connection((host, int(port)), timeout=10) as plain,
        pytest.raises((ssl.SSLError, ConnectionError)),
        context.wrap_socket(plain) as wrapped,
    ):
        wrapped.sendall(b"x")  # TLS 1.3 refuses with the first answer
        if wrapped.recv(1) == b"":
            raise ConnectionError("closed")


def test_plain_tcp_gets_no_answer(scheduler: str) -> None:
    done = lab("fleet", "status", "--scheduler", scheduler.replace("tls://", "tcp://"))
    assert done.returncode == 3
