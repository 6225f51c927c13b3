"""Values of the options of ``lab profile``: libraries, a varied option, the interpreter, the bench."""

import shutil
from pathlib import Path
from typing import Any

import click

from lab.config.file import load_config
from lab.profiling.configuration import Variation, bench_of
from records.errors import ConfigurationError

_VIRTUAL_DRIVER = "wattsup_pro"


class LibraryNames(click.ParamType[tuple[str, ...]]):
    """Importable names, with commas between."""

    name = "names"

    def convert(
        self, value: str | tuple[str, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the names, each once."""
        if isinstance(value, tuple):
            return value
        names = tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))
        if not names or not all(name.isidentifier() for name in names):
            self.fail(f"{value!r} is no list of importable names such as tensorflow,keras.", param, ctx)
        return names


class Varied(click.ParamType[Variation]):
    """An option of the program and its values: ``OPTION=V1,V2``."""

    name = "option=v1,v2"

    def convert(
        self, value: str | Variation, param: click.Parameter | None, ctx: click.Context | None
    ) -> Variation:
        """Return the option and its values."""
        if isinstance(value, Variation):
            return value
        option, equals, text = value.partition("=")
        values = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        if not equals or len(values) < 2:
            self.fail(f"{value!r}: expected an option and two or more values, as --size=10,20.", param, ctx)
        return Variation(option.strip(), values)


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


def interpreter(given: str | None, host: str | None) -> str:
    """Return the interpreter of the program, on this machine as a path that holds from any folder.

    Args:
        given: by --python.
        host: another machine that is the SUT, or ``None``.

    Raises:
        ConfigurationError: there is none.
    """
    if host is not None:
        if given is None:
            raise ConfigurationError(
                f"--python: expected the interpreter of the program on {host}; `lab sut deploy --envs cpu` "
                f"makes one"
            )
        return given
    name = given or "python3"
    found = shutil.which(name) or (shutil.which("python") if given is None else None)
    if found is None:
        raise ConfigurationError(
            f"--python {name}: expected an interpreter of Python that can run the program. Name one, such as "
            f"that of an environment of `lab envs list --json`"
        )
    return str(Path(found).absolute())


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
