"""Power meters on the network that answer an HTTP question with a JSON object.

Each question has a connection of its own. With one that is kept open, the client takes whatever is
left on it, such as an answer that was sent twice, for the answer to the next question; on a new one
only the answer to this question can come.
"""

import json
import math
import netrc
import os
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote, urlencode

import httpx

from meter.kinds.polled import PolledMeter
from meter.line.errors import PortLost, shown
from meter.line.lease import Lease
from meter.options import Option
from meter.protocols.http_deadline import Deadline, DeadlineTransport
from records.errors import ConfigurationError, DeviceError
from records.meter import Reading
from records.times import now_utc_s

ANSWER_S = 2.0
"""How long an answer may take, from the first try to connect to the last byte."""

_LONGEST = 1 << 20  # bytes; the longest answer of these meters has some ten thousand
_DEFAULT_PORTS = {"http": 80, "https": 443}
_OK, _UNAUTHORIZED = 200, 401

Json = dict[str, Any]
"""A JSON object."""

VERIFY_OPTION = Option(
    "verify",
    str,
    "Whether the certificate of an https address is checked; no for a meter that signed its own.",
    "yes",
    choices=("yes", "no"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, understood or not.

    Attributes:
        t_utc_s: when it had come, UTC.
        status: of HTTP; 0 when what came is no HTTP.
        body: what the status belongs to.
    """

    t_utc_s: float
    status: int
    body: bytes


def json_object(body: bytes) -> Json | None:
    """Return the JSON object that a body is, or ``None`` for anything else, ``NaN`` included."""
    try:
        found = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def number(value: object) -> float | None:
    """Return a JSON number; ``None`` for text, true, false, null, lists, objects, and what is not finite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def scaled(value: object, factor: float) -> float | None:
    """Return a JSON number times a factor, without the dust of binary fractions; ``None`` for no number."""
    found = number(value)
    return None if found is None else number(round(found * factor, 9))


def objects(value: object) -> list[Json]:
    """Return the list of JSON objects that a value is; an empty one for anything else."""
    whole = isinstance(value, list) and all(isinstance(item, dict) for item in value)
    return value if whole else []  # type: ignore[return-value]


def text(value: object) -> str:
    """Return a JSON text, or an empty one."""
    return value if isinstance(value, str) else ""


def base_url(port: str) -> httpx.URL:
    """Read the address of a meter, ``http://HOST``, ``http://HOST:PORT`` or ``https://...``.

    Raises:
        ConfigurationError: it is something else, or holds a password.
    """
    wanted = "expected http://HOST or http://HOST:PORT, or the same with https"
    if "@" in port:  # not shown: it is about to be refused for what it holds
        raise ConfigurationError(
            "port: a user or password in the address would be written into every record. Write the address "
            "without, and the password into the file ~/.netrc: machine HOST login USER password PASSWORD"
        )
    try:
        url = httpx.URL(port)
    except httpx.InvalidURL as error:
        raise ConfigurationError(f"port {port!r}: {wanted}, but {error}") from None
    if url.scheme not in _DEFAULT_PORTS or not url.host:
        raise ConfigurationError(f"port {port!r}: {wanted}. Write http:// before the meter's address")
    if url.path not in ("", "/") or url.query or url.fragment:
        raise ConfigurationError(f"port {port!r}: {wanted}. Leave away what follows the address")
    return url


def credentials(host: str) -> tuple[str, str] | None:
    """Return user and password for a host from the user's netrc file, or ``None`` where it has none.

    The file is ``~/.netrc``, or what the environment variable ``NETRC`` names.

    Raises:
        ConfigurationError: there is such a file, but it cannot be read.
    """
    path = Path(os.environ.get("NETRC") or Path.home() / ".netrc")
    try:
        found = netrc.netrc(str(path)).authenticators(host)
    except FileNotFoundError:
        return None
    except (OSError, netrc.NetrcParseError, UnicodeDecodeError) as error:
        where = f" in line {error.lineno}" if isinstance(error, netrc.NetrcParseError) else ""
        raise ConfigurationError(
            f"{path}: expected lines of the form `machine HOST login USER password PASSWORD`, but the file "
            f"cannot be read{where}"
        ) from None
    return None if found is None else (found[0], found[2] or "")


class HttpMeter(PolledMeter):
    """A meter that is asked by ``GET`` and answers a JSON object.

    A driver says what to ask (`question`) and understands the answer (`understand`).
    """

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self.login: tuple[str, str] | None = None
        """User and password for this meter; known after `open`."""
        self.secrets: Mapping[str, str] = {}
        """Parameters that go with each question for a reading, see `get`."""
        self._client: httpx.Client | None = None
        self._deadline = Deadline()
        self._lease: Lease | None = None
        self._url = ""

    @abstractmethod
    def question(self) -> tuple[str, Mapping[str, str | int]]:
        """Return path and parameters of the question for a reading."""

    @abstractmethod
    def understand(self, body: bytes, t_utc_s: float) -> Reading:
        """Return the reading in an answer with status 200; flagged, without watts, where there is none."""

    def open(self, port: str, interval_s: float) -> None:
        """That somebody is there, only `identify` can tell."""
        self.check_interval(interval_s)
        url = base_url(port)
        self.login = credentials(url.host)
        self._url = f"{url.scheme}://{url.netloc.decode()}"
        self._lease = Lease(f"{url.scheme}://{url.host}:{url.port or _DEFAULT_PORTS[url.scheme]}")
        self.interval_s = interval_s
        if self.tap is not None:
            self.tap(now_utc_s(), "open", b"")
        self._client = httpx.Client(
            base_url=url,
            transport=DeadlineTransport(self._deadline, verify=self.settings["verify"] == "yes"),
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            trust_env=False,  # a proxy has no business between a meter and its reader
        )
        self.log_in()

    def log_in(self) -> None:
        """Use user and password from now on, where there are any, by HTTP's basic scheme."""
        if self.login is not None:
            self.http.auth = httpx.BasicAuth(*self.login)

    def release(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
        if self._lease is not None:
            self._lease.end()
            self._lease = None

    def start(self) -> None:
        """There is nothing to set."""
        self.begin_polling()

    def stop(self) -> None:
        """A meter that only answers is quiet."""

    @property
    def http(self) -> httpx.Client:
        """The client of the open port.

        Raises:
            DeviceError: it is not open.
        """
        if self._client is None:
            raise DeviceError(f"{self.spec.model}: the port is not open. Call open() first")
        return self._client

    def ask(self) -> Reading | None:
        path, parameters = self.question()
        answer = self.get(path, parameters, self.secrets)
        if answer is None:
            return None
        if answer.status != _OK:
            return Reading(answer.t_utc_s, None, "malformed")
        return self.understand(answer.body, answer.t_utc_s)

    def get(
        self, path: str, parameters: Mapping[str, str | int], secrets: Mapping[str, str] | None = None
    ) -> Answer | None:
        """Ask one question.

        Args:
            path: on the meter.
            parameters: of the question.
            secrets: further parameters, which the tap does not get.

        Returns:
            The answer, whatever it is; ``None`` when it did not come in `ANSWER_S`.

        Raises:
            PortLost: there is no connection to the meter, or it broke.
        """
        if self.tap is not None:
            self.tap(now_utc_s(), "tx", f"GET {_target(path, parameters)}\r\n".encode())
        self._deadline.set(ANSWER_S)
        body = b""
        try:
            with self.http.stream("GET", _target(path, {**parameters, **(secrets or {})})) as response:
                status = response.status_code
                for part in response.iter_raw():
                    body += part
                    if len(body) > _LONGEST:
                        status = 0
                        break
        except httpx.TimeoutException:
            return None
        except httpx.RemoteProtocolError:
            status = 0
        except httpx.TransportError as error:
            raise PortLost(
                f"{self._url}: no connection to the meter ({error}). Check that it has power and is on this "
                f"network: the address has to open in a browser"
            ) from None
        t_utc_s = now_utc_s()
        if self.tap is not None:
            self.tap(t_utc_s, "rx", body)
        return Answer(t_utc_s, status, body)

    def ask_who(
        self,
        expected: str,
        path: str,
        parameters: Mapping[str, str | int],
        secrets: Mapping[str, str] | None = None,
    ) -> Json:
        """Ask what only the right kind of meter answers, twice at most.

        Args:
            expected: how the right answer looks.
            path: on the meter.
            parameters: of the question.
            secrets: see `get`.

        Returns:
            The JSON object that came.

        Raises:
            DeviceError: nothing came, or something else, or a password is wanted.
            PortLost: there is no connection.
        """
        answer = self.get(path, parameters, secrets) or self.get(path, parameters, secrets)
        if answer is None:
            raise DeviceError(
                f"{self._url}: expected a {self.spec.model}, but nothing answered within {2 * ANSWER_S:g} s. "
                f"Check that it has power and is on this network: the address has to open in a browser"
            )
        if answer.status == _UNAUTHORIZED:
            raise self.password_wanted()
        document = json_object(answer.body) if answer.status == _OK else None
        if document is None:
            raise self.something_else(expected, answer)
        return document

    def ask_more(
        self, path: str, parameters: Mapping[str, str | int], secrets: Mapping[str, str] | None = None
    ) -> Json:
        """Ask what not every meter of the kind knows; return an empty object where it does not.

        A meter that fails to answer is not one that does not know: its identity would change.

        Raises:
            DeviceError: nothing came, or no HTTP, or a password is wanted.
            PortLost: there is no connection.
        """
        answer = self.get(path, parameters, secrets) or self.get(path, parameters, secrets)
        if answer is None or not answer.status:
            raise DeviceError(f"{self._url}: the meter did not finish telling who it is. Try again")
        if answer.status == _UNAUTHORIZED:
            raise self.password_wanted()
        return (json_object(answer.body) if answer.status == _OK else None) or {}

    def password_wanted(self) -> DeviceError:
        """Return the error of a meter that wants a password, or another one."""
        had = "the one in the netrc file is not accepted" if self.login else "the netrc file has none for it"
        return DeviceError(
            f"{self._url}: the meter wants user and password, and {had}. Write into ~/.netrc (or the "
            f"file that NETRC names): machine {httpx.URL(self._url).host} login USER password PASSWORD"
        )

    def something_else(self, expected: str, answer: Answer) -> DeviceError:
        """Return the error of an address where something else answers."""
        came = f"HTTP status {answer.status} with {shown(answer.body)}" if answer.status else "no HTTP"
        return self.refusal(f"expected a {self.spec.model} ({expected}), but received {came}")

    def refusal(self, reason: str) -> DeviceError:
        """Return the error of a meter that cannot be used, with what to look at."""
        return DeviceError(f"{self._url}: {reason}. Check driver, port and options")


def _target(path: str, parameters: Mapping[str, str | int]) -> str:
    return f"{path}?{urlencode(parameters, quote_via=quote)}" if parameters else path
