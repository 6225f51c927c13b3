"""The way to the scheduler: plain within this machine, else encrypted, both sides with certificates."""

import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from records.errors import ConfigurationError, SutError

if TYPE_CHECKING:
    from distributed import Client, Security

ANSWER_S = 5.0
"""How long a scheduler may take to answer."""


@dataclass(frozen=True, slots=True)
class Link:
    """Address of a scheduler, and the certificates for it.

    Whoever has a certificate that the others accept can run any code on them: Dask unpickles what it is sent.

    Attributes:
        scheduler: ``tcp://HOST:PORT`` on this machine, ``tls://HOST:PORT`` anywhere.
        ca, cert, key: PEM files of the authority, of the own certificate and its key; all or none.
    """

    scheduler: str
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    def __post_init__(self) -> None:
        """Refuse what would send readings, and code, unprotected over a network.

        Raises:
            ConfigurationError: names the option.
        """
        given = [path is not None for path in (self.ca, self.cert, self.key)]
        if any(given) and not all(given):
            raise ConfigurationError("expected --tls-ca, --tls-cert and --tls-key together, or none of them")
        protocol, host = _parts(self.scheduler)
        if protocol == "tls" and not all(given):
            raise ConfigurationError(
                f"--scheduler {self.scheduler}: expected --tls-ca, --tls-cert and --tls-key with tls://"
            )
        if protocol == "tcp" and not _is_loopback(host):
            raise ConfigurationError(
                f"--scheduler {self.scheduler}: expected tls:// with --tls-ca, --tls-cert and --tls-key "
                f"for a scheduler on another machine: over tcp:// whoever reaches a worker can run any code"
            )
        if protocol == "tcp" and any(given):
            raise ConfigurationError(f"--scheduler {self.scheduler}: expected tls:// with certificates")

    @property
    def host(self) -> str | None:
        """Address to listen on: the scheduler's on loopback, else ``None`` for the one that leads to it."""
        protocol, host = _parts(self.scheduler)
        return ("127.0.0.1" if host == "localhost" else host) if protocol == "tcp" else None

    @property
    def start(self) -> str:
        """Command that starts such a scheduler, which answers nobody else; its page is for this machine."""
        port = self.scheduler.rpartition(":")[2]
        if self.ca is None:
            way = f"--host {self.host}"
        else:
            way = "--protocol tls --tls-ca-file FILE --tls-cert FILE --tls-key FILE"
        return f"dask scheduler {way} --port {port} --dashboard-address 127.0.0.1:8787"

    def security(self) -> "Security | None":
        """Return the certificates as Dask takes them.

        Raises:
            ConfigurationError: they are no PEM files, or the key is not that of the certificate.
        """
        from distributed import Security

        if self.ca is None or self.cert is None:
            return None
        try:
            ssl.create_default_context(cafile=self.ca).load_cert_chain(self.cert, self.key, password="")
        except OSError as error:  # which an ssl.SSLError is
            raise ConfigurationError(
                f"expected the PEM files of an authority (--tls-ca {self.ca}), of a certificate (--tls-cert "
                f"{self.cert}) and of its key without a password (--tls-key {self.key}), but: {error}"
            ) from None
        both = {"cert": str(self.cert), "key": str(self.key)}
        roles = {f"tls_{role}_{part}": path for role in ("client", "worker") for part, path in both.items()}
        return Security(  # type: ignore[no-untyped-call]
            require_encryption=True, tls_ca_file=str(self.ca), **roles
        )

    @contextmanager
    def client(self) -> Iterator["Client"]:
        """Connect to the scheduler.

        Raises:
            SutError: it does not answer.
        """
        client = self.connect()
        try:
            yield client
        finally:
            client.close()  # type: ignore[no-untyped-call]

    def connect(self) -> "Client":
        """Connect to the scheduler; the caller closes it.

        Raises:
            SutError: it does not answer.
        """
        import dask
        from distributed import Client

        with dask.config.set({"distributed.comm.timeouts.connect": ANSWER_S}):
            try:
                return Client(  # type: ignore[no-untyped-call]
                    self.scheduler, security=self.security(), timeout=ANSWER_S, set_as_default=False
                )
            except (OSError, TimeoutError):
                accepts = "" if self.ca is None else " that accepts this certificate"
                raise SutError(
                    f"--scheduler {self.scheduler}: expected a Dask scheduler{accepts}, but nothing answered "
                    f"there within {ANSWER_S:g} s. Correct the address, or start one with `{self.start}`"
                ) from None


def _parts(address: str) -> tuple[str, str]:
    from distributed.comm.addressing import get_address_host_port, parse_address

    try:
        protocol, _ = parse_address(address, strict=True)
        host, _ = get_address_host_port(address, strict=True)
    except ValueError as error:
        raise ConfigurationError(
            f"--scheduler {address}: expected an address such as tcp://127.0.0.1:8786 or tls://host:8786, "
            f"but {error}"
        ) from None
    if protocol not in ("tcp", "tls"):
        raise ConfigurationError(f"--scheduler {address}: expected tcp:// or tls://, found {protocol}://")
    return protocol, host


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
