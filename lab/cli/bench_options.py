"""Options of commands that run a program without a ``lab.toml``: the bench, the wanted precision."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from lab.cli.paths import InputPath
from lab.config.bench import bench_of
from lab.config.file import load_config
from lab.config.meter import VIRTUAL
from records.errors import ConfigurationError

_VIRTUAL_DRIVER = "wattsup_pro"

gate_option = click.option(
    "--gate",
    type=click.Choice(["call", "run", "none"]),
    default="run",
    show_default=True,
    help="Stability gate: before each run, before each call as well, or none.",
)


def bench_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `bench_sections`."""
    config = click.option(
        "--config",
        "config_path",
        type=InputPath(file=True),
        help="Configuration of the bench; lab.toml by default.",
    )
    driver = click.option("--driver", metavar="NAME", help="Driver of the meter, instead of a lab.toml.")
    port = click.option("--port", help="Port of the meter, instead of a lab.toml; `virtual` is SIMULATED.")
    return config(driver(port(command)))


class PercentText(click.ParamType[float]):
    """A share such as ``2%``."""

    name = "percent"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the percent."""
        if isinstance(value, float):
            return value
        try:
            percent = float(value.strip().removesuffix("%"))
        except ValueError:
            percent = 0.0
        if not 0 < percent <= 100:
            self.fail(f"{value!r}: expected a percentage above 0 and up to 100, such as 2%.", param, ctx)
        return percent


def port_of_meter(driver: str | None, port: str | None) -> str | None:
    """Return the port of the meter that a command line names, ``None`` where it names none.

    Raises:
        ConfigurationError: it names a driver without its port, or a port without its driver.
    """
    if driver is None and port is None:
        return None
    if port is None or (driver is None and port != VIRTUAL):
        found = f"--driver {driver}" if port is None else f"--port {port}"
        raise ConfigurationError(
            f"expected --driver and --port together, but got only {found}; `lab meter drivers` lists the "
            f"drivers, `lab meter ports` the ports"
        )
    return port


def bench_sections(
    config_path: Path | None, driver: str | None, port: str | None
) -> tuple[dict[str, Any], str | None]:
    """Return the sections of the bench, and its folder for campaigns where it names one.

    Raises:
        ConfigurationError: there is no bench.
    """
    port = port_of_meter(driver, port)
    if port is not None:
        if config_path is not None:
            raise ConfigurationError("expected either --config or a meter with --driver and --port, not both")
        return {"meter": {"driver": driver or _VIRTUAL_DRIVER, "port": port}}, None
    path = config_path or Path("lab.toml")
    if config_path is None and not path.exists():
        raise ConfigurationError(
            "expected a bench, but there is no lab.toml here. Write one with `lab init`, name one with "
            "--config or a meter with --driver and --port, or try it SIMULATED with `--port virtual`"
        )
    config = load_config(path)
    return bench_of(config), str(config.resolve(config.campaign.out))
