"""What all drivers over HTTP have in common, against plain servers that are not ours."""

import base64
import json
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meter_http_devices import ANY_JSON, device, http, trickle, wire

from meter.drivers.netio import Netio
from meter.line.errors import PortLost
from meter.protocols.http import base_url, json_object, number
from meter.recording.session import MeterSession
from records.errors import ConfigurationError, DeviceError
from records.meter import Reading

PASSWORD = "correct horse"


def status(load_w: int = 97) -> bytes:
    return json.dumps(
        {
            "Agent": {"Model": "NETIO 4All", "SerialNumber": "24:A4:2C:00:00:02", "Version": "3.1.0"},
            "GlobalMeasure": {"Voltage": 230.5, "Frequency": 50.0},
            "Outputs": [{"ID": 1, "Load": load_w}],
        }
    ).encode()


@pytest.fixture
def no_netrc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NETRC", str(tmp_path / "absent"))


@pytest.fixture
def opened(no_netrc: None) -> Iterator[Callable[..., Netio]]:
    meters = []

    def begin(port: str, **options: object) -> Netio:
        meters.append(Netio(options))
        meters[-1].open(port, 1.0)
        return meters[-1]

    yield begin
    for meter in meters:
        meter.close()


def locked(request: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
    """Answer who knows the password, by the basic scheme of RFC 7617."""
    wanted = "Basic " + base64.b64encode(f"reader:{PASSWORD}".encode()).decode()
    if request.headers.get("Authorization") != wanted:
        return 401, {"WWW-Authenticate": 'Basic realm="netio"'}, b"Unauthorized"
    return 200, {}, status()


@pytest.mark.parametrize(
    "port",
    [
        "192.168.0.7",
        "/dev/ttyUSB0",
        "socket://h:80",
        "http://",
        "http://h/netio.json",
        "http://h?a=1",
        "http://h:x",
    ],
)
def test_what_is_no_address_of_a_web_server_is_refused(port: str) -> None:
    with pytest.raises(ConfigurationError, match=r"expected http://HOST or http://HOST:PORT"):
        base_url(port)


@pytest.mark.parametrize("port", ["http://h", "http://h/", "https://10.0.0.7:8443", "http://[::1]:80"])
def test_a_plain_address_is_accepted(port: str) -> None:
    assert base_url(port).host in ("h", "10.0.0.7", "::1")


def test_a_password_in_the_address_is_refused_and_not_repeated(opened: Callable[..., Netio]) -> None:
    with pytest.raises(ConfigurationError, match=r"~/\.netrc: machine HOST login USER") as refused:
        opened(f"http://reader:{PASSWORD.replace(' ', '')}@10.0.0.7")
    assert "correct" not in str(refused.value)


def test_user_and_password_come_from_the_netrc_file_and_never_reach_the_tap(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text(f'machine 127.0.0.1 login reader password "{PASSWORD}"\n')
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    heard: list[tuple[str, bytes]] = []
    with device(locked) as port, Netio() as meter:
        meter.tap = lambda t_utc_s, direction, data: heard.append((direction, data))
        meter.open(port, 1.0)
        assert meter.identify().model == "NETIO 4All"
    assert ("rx", status()) in heard
    assert ("tx", b"GET /netio.json\r\n") in heard
    secret = base64.b64encode(f"reader:{PASSWORD}".encode())
    assert not any(PASSWORD.encode() in data or secret in data for _, data in heard)


def test_a_meter_that_wants_a_password_says_where_to_write_it(opened: Callable[..., Netio]) -> None:
    with (
        device(locked) as port,
        pytest.raises(DeviceError, match=r"has none.*machine 127\.0\.0\.1 login USER"),
    ):
        opened(port).identify()


def test_a_wrong_password_is_told_from_a_missing_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("default login reader password wrong\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with device(locked) as port, Netio() as meter:
        meter.open(port, 1.0)
        with pytest.raises(DeviceError, match="the one in the netrc file is not accepted") as refused:
            meter.identify()
    assert "wrong" not in str(refused.value)


def test_a_netrc_file_that_cannot_be_read_is_named_without_what_it_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login reader passwort secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with pytest.raises(
        ConfigurationError, match=r"netrc: expected lines of the form .* in line 1"
    ) as refused:
        Netio().open("http://127.0.0.1", 1.0)
    assert "secret" not in str(refused.value)


def test_nobody_at_the_address_is_told_with_what_to_do(opened: Callable[..., Netio]) -> None:
    with wire(b"") as port:
        pass
    with pytest.raises(DeviceError, match=r"no connection to the meter .* Check that it has power"):
        opened(port).identify()


def test_a_server_that_never_answers_is_told_with_what_to_do(opened: Callable[..., Netio]) -> None:
    with wire(b"") as port, pytest.raises(DeviceError, match=r"nothing answered within 4 s\. Check"):
        opened(port).identify()


@pytest.mark.parametrize(
    ("answer", "came"),
    [
        (b"220 ready\r\n\r\n", "no HTTP"),
        (http(b"<html>It works</html>"), "HTTP status 200 with '<html>It works"),
        (http(b"gone", "404 Not Found"), "HTTP status 404 with 'gone'"),
        (http(b"[1]"), r"HTTP status 200 with '\[1\]'"),
    ],
)
def test_something_else_at_the_address_is_named(
    answer: bytes, came: str, opened: Callable[..., Netio]
) -> None:
    with wire(answer) as port, pytest.raises(DeviceError, match=f"expected a NETIO device .*{came}"):
        opened(port).identify()


@pytest.mark.parametrize(
    "answer",
    [
        b"\x00\xff\x13 97 W\r\n\r\n",
        http(b'{"Outputs"'),
        http(b"97"),
        http(status(), "503 Service Unavailable"),
        http(b"Device is blocked by another user with IP 10.0.0.9"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + status(),
        http(status() + b" " * (1 << 20)),
    ],
)
def test_an_answer_that_makes_no_sense_is_malformed(answer: bytes, opened: Callable[..., Netio]) -> None:
    with wire(answer) as port:
        reading = opened(port).ask()
    assert reading is not None
    assert reading == Reading(reading.t_utc_s, None, "malformed")


def test_a_question_without_a_whole_answer_in_time_has_no_reading_and_the_next_one_has(
    opened: Callable[..., Netio],
) -> None:
    with wire(http(status(11))[:-5], http(status(22))) as port:
        meter = opened(port)
        assert meter.ask() is None
        reading = meter.ask()
    assert reading is not None
    assert reading.power_w == 22.0


def test_an_answer_that_comes_twice_is_not_taken_for_the_next_one(opened: Callable[..., Netio]) -> None:
    """On a connection that is kept open, httpx 0.28 takes the second copy for the next answer."""
    answers = [http(status(load_w)) * 2 for load_w in (1, 2, 3, 4)]
    with wire(*answers) as port:
        meter = opened(port)
        readings = [meter.ask() for _ in answers]
    assert [reading and reading.power_w for reading in readings] == [1.0, 2.0, 3.0, 4.0]


def test_a_meter_that_goes_away_is_a_lost_port(opened: Callable[..., Netio]) -> None:
    with device({"/netio.json": status()}) as port:
        meter = opened(port)
        meter.identify()
    with pytest.raises(PortLost, match="no connection to the meter"):
        meter.ask()


def test_one_reader_for_one_address_however_it_is_written(opened: Callable[..., Netio]) -> None:
    with device({"/netio.json": status()}) as port:
        opened(port)
        with pytest.raises(DeviceError, match="another program is reading this meter"):
            opened(port + "/")


def test_a_proxy_of_the_environment_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, opened: Callable[..., Netio]
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with device({"/netio.json": status()}) as port:
        assert opened(port).identify().serial == "24:A4:2C:00:00:02"


def test_a_closed_meter_asks_nothing() -> None:
    with pytest.raises(DeviceError, match="the port is not open"):
        Netio().ask()
    Netio().close()


def test_a_meter_that_is_not_virtual_is_not_marked_as_simulated(no_netrc: None) -> None:
    with device({"/netio.json": status()}) as port, MeterSession(Netio(), port, 1.0) as session:
        assert not session.simulated
        assert next(session.readings(lambda: False)).power_w == 97.0


def test_a_certificate_that_the_meter_signed_itself_is_accepted_only_when_told_so(
    tmp_path: Path, opened: Callable[..., Netio]
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed, which makes the certificate")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=netio"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
        env={"PATH": os.environ["PATH"]},
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(status())

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        port = f"https://127.0.0.1:{server.server_address[1]}"
        try:
            careful = opened(port)
            with pytest.raises(DeviceError, match="CERTIFICATE_VERIFY_FAILED"):
                careful.identify()
            careful.close()
            assert opened(port, verify="no").identify().model == "NETIO 4All"
        finally:
            server.shutdown()
            thread.join()


@given(st.one_of(st.booleans(), st.text(), st.none(), st.lists(st.integers()), st.just(10**400)))
def test_what_is_no_finite_number_is_no_number(value: object) -> None:
    assert number(value) is None


@given(st.binary(max_size=200))
def test_bytes_are_a_json_object_or_nothing(body: bytes) -> None:
    assert json_object(body) is None or isinstance(json_object(body), dict)


@given(ANY_JSON)
def test_a_document_with_something_that_is_not_json_is_nothing(document: object) -> None:
    body = json.dumps({"deep": [document, float("nan")]}).encode()
    assert json_object(body) is None


def test_a_document_that_is_nested_without_end_is_nothing() -> None:
    assert json_object(b'{"a":' + b"[" * 200_000) is None


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", b"H"),
        (OK, b"X-More: 1\r\n"),
        (OK + b"X-Long: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"extension=long;"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (OK + b"Content-Length: 1000000\r\n\r\n", b" "),
        (OK + b"\r\n", b" "),
    ],
    ids=["status", "headers", "header", "continue", "extension", "chunks", "body", "endless"],
)
def test_an_answer_that_does_not_end_is_none_or_no_http(
    opened: Callable[..., Netio], head: bytes, piece: bytes
) -> None:
    with trickle(head, piece) as port:
        answer = opened(port).get("/netio.json", {})
    assert answer is None or answer.status == 0
