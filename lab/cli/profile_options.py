"""Values of the options of ``lab profile``: libraries, a varied option, the interpreter."""

import shutil
from pathlib import Path

import click

from lab.profiling.configuration import Variation
from records.errors import ConfigurationError


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
        if "/" not in given:
            raise ConfigurationError(
                f"--python {given}: expected a path on {host}, such as the one that `ssh {host} command -v "
                f"{given}` prints"
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
