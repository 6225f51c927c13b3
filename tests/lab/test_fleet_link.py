"""Where a fleet may listen: loopback, or TLS with certificates."""

from pathlib import Path

import pytest

from lab.fleet.link import Link
from records.errors import ConfigurationError


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "tcp://localhost:8786", "tcp://[::1]:8786"])
def test_loopback_needs_no_certificate(address: str) -> None:
    assert Link(address).security() is None


@pytest.mark.parametrize(
    "address",
    ["tcp://192.0.2.1:8786", "tcp://lab.example:8786", "tls://192.0.2.1:8786", "ws://127.0.0.1:1"],
)
def test_what_leaves_the_machine_needs_certificates(address: str) -> None:
    with pytest.raises(ConfigurationError, match="--scheduler"):
        Link(address)


def test_certificates_come_together_and_only_with_tls(tmp_path: Path) -> None:
    pem = tmp_path / "x.pem"
    with pytest.raises(ConfigurationError, match="together"):
        Link("tls://192.0.2.1:8786", ca=pem)
    with pytest.raises(ConfigurationError, match="tls://"):
        Link("tcp://127.0.0.1:8786", pem, pem, pem)
    pem.write_text("no certificate")
    with pytest.raises(ConfigurationError, match=r"x\.pem"):
        Link("tls://192.0.2.1:8786", pem, pem, pem).security()
