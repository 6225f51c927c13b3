"""The options that lead to a Dask scheduler."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from lab.cli.paths import InputPath


def link_options(
    words: str, *, required: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of a scheduler and its certificates, as its argument ``link``.

    Args:
        words: help of ``--scheduler``.
        required: whether there must be one; else ``link`` may be ``None``.
    """

    def with_options(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def with_link(
            *,
            scheduler: str | None,
            tls_ca: Path | None,
            tls_cert: Path | None,
            tls_key: Path | None,
            **others: Any,
        ) -> None:
            command(link=_link(scheduler, tls_ca, tls_cert, tls_key), **others)

        linked: Callable[..., None] = with_link
        for part, meaning in (("key", "Key of --tls-cert"), ("cert", "Own certificate"), ("ca", "Authority")):
            option = click.option(f"--tls-{part}", type=InputPath(file=True), help=f"{meaning}, a PEM file.")
            linked = option(linked)
        return click.option("--scheduler", required=required, metavar="URL", help=words)(linked)

    return with_options


def _link(scheduler: str | None, ca: Path | None, cert: Path | None, key: Path | None) -> Any:
    if scheduler is not None:
        from lab.fleet.link import Link

        return Link(scheduler, ca, cert, key)
    if ca or cert or key:
        raise click.UsageError("--tls-ca, --tls-cert and --tls-key: expected --scheduler with them")
    return None
