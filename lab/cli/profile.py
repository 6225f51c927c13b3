"""``lab profile``: energy per API call of a Python program or notebook."""

from pathlib import Path

import click

from lab.cli.call_list import print_calls
from lab.cli.common import json_option
from lab.cli.paths import InputPath
from records.errors import ConfigurationError
from source.program import module_path

DEFAULT_LIBRARIES = ("tensorflow", "keras", "torch", "jax", "sklearn")


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


@click.command()
@click.argument("program", metavar="FILE [-- ARGS]", nargs=-1)
@click.option("-m", "module", metavar="MODULE", help="Module or package to run instead of a file.")
@click.option(
    "--libs",
    type=LibraryNames(),
    default=DEFAULT_LIBRARIES,
    show_default=",".join(DEFAULT_LIBRARIES),
    help="Libraries whose calls count.",
)
@click.option("--list", "list_only", is_flag=True, help="List of the calls, by reading the program only.")
@json_option
def profile(
    program: tuple[str, ...], module: str | None, libs: tuple[str, ...], list_only: bool, as_json: bool
) -> None:
    """Find the calls of a library's API in a program.

    \b
    lab profile train.py --list
    lab profile notebook.ipynb --list --libs tensorflow,keras --json
    lab profile -m trainer.main --list
    """
    start, _ = _program(program, module)
    if not list_only:
        raise ConfigurationError("expected --list: this version lists calls and does not measure them yet")
    print_calls(start, libs, as_json)


def _program(words: tuple[str, ...], module: str | None) -> tuple[Path, tuple[str, ...]]:
    """Return the file that is run, and the arguments of the program."""
    if module is None:
        if not words:
            raise ConfigurationError("expected a program: `lab profile FILE.py` or `lab profile -m MODULE`")
        path = Path(words[0])
        InputPath(file=True).check(path)
        return path, words[1:]
    found = module_path(module, Path.cwd())
    if found is None:
        raise ConfigurationError(
            f"-m {module}: expected a module in {Path.cwd()}, or a package there with a __main__.py"
        )
    return found, words
