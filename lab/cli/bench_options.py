"""Options of commands that run a program without a ``lab.toml``: the bench, the wanted precision."""

from pathlib import Path
from typing import Any

import click

from lab.config.bench import bench_of
from lab.config.file import load_config
from records.errors import ConfigurationError

_VIRTUAL_DRIVER = "wattsup_pro"


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
            self.fail(f"{value!r}: expected a share above 0 and up to 100 %, as 2%.", param, ctx)
        return percent


def bench(
    config_path: Path | None, driver: str | None, port: str | None
) -> tuple[dict[str, Any], str | None]:
    """Return the sections of the bench, and its folder for campaigns where it names one.

    Raises:
        ConfigurationError: there is no bench.
    """
    if port is not None or driver is not None:
        if port is None or (driver is None and port != "virtual"):
            raise ConfigurationError(
                "expected --driver and --port together; `lab meter drivers` lists drivers"
            )
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
