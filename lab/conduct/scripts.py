"""Which file an interpreter is told to run, by its command line; looked for before a campaign begins."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from sut.programs.named import is_python
from workload.instrument import MODULE, program_place


@dataclass(frozen=True, slots=True)
class Script:
    """The script of an interpreter.

    Attributes:
        names: under which it is looked for, the first as it was written.
        on_path: whether the interpreter also looks along ``PATH``.
    """

    names: tuple[str, ...]
    on_path: bool = False


# Flags that take no argument and leave the script where it is. After any other the place of the script, or
# whether there is one at all (`-c`, `-e`), is the interpreter's own business, and nothing is looked for.
_PYTHON = re.compile(r"-(u|B|E|I|s|S|O|OO|v|q|b|d|P)")
_SHELL = re.compile(r"-[abefhklmnprtuvxCEHPT]+|--(login|noprofile|norc|posix|verbose)")
_FLAGS = {
    **dict.fromkeys(("sh", "bash", "dash", "ksh", "zsh"), _SHELL),
    "Rscript": re.compile(
        r"--(vanilla|verbose|no-save|no-environ|no-site-file|no-init-file|no-restore|slave)"
    ),
    "node": re.compile(r"--[a-z-]+(=.*)?(?<!-require)(?<!-import)(?<!-eval)(?<!-print)(?<!-test)"),
    "julia": re.compile(r"--[a-z-]+=.*"),
    "perl": re.compile(r"-[twTW]+"),
    "ruby": re.compile(r"-[wW]"),
}


def script_of(program: str, arguments: Sequence[str]) -> Script | None:
    """Return the script that an interpreter is told to run first; ``None`` where that does not show.

    Args:
        program: its name or path.
        arguments: all that follow.
    """
    name = PurePosixPath(program).name
    flags = _PYTHON if is_python(program) else _FLAGS.get(name)
    if flags is None:
        return None
    place, first = next(
        ((i, argument) for i, argument in enumerate(arguments) if not flags.fullmatch(argument)), (0, "-")
    )
    if flags is _PYTHON and [first, *arguments[place + 1 : place + 2]] == ["-m", "wattlab_probe"]:
        first = next((argument for argument in arguments[place + 2 :] if not argument.startswith("-")), "-")
    elif flags is _PYTHON and [first, *arguments[place + 1 : place + 2]] == ["-m", MODULE]:
        started = [program, *arguments[place + 2 :]]
        first = started[program_place(started) or 0]
    if first.startswith("-") or not first:
        return None
    if name == "node":  # its own rules complete a name
        return Script((first, f"{first}.js", f"{first}.json", f"{first}/index.js", f"{first}/package.json"))
    return Script((first,), on_path=flags is _SHELL and "/" not in first)
