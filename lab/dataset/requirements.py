"""What a project declares to need, as an environment that can be built."""

import configparser
import hashlib
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from lab.envs.catalogue import Environment
from records.files import write_atomically

_CONDA = ("environment.yml", "environment.yaml")


class NotDeclared(Exception):
    """A project does not say what it needs in a form that can be built; the message says what was found."""


@dataclass(frozen=True, slots=True)
class Declared(Environment):
    """An environment that a project asks for.

    Attributes:
        file: its requirements, one on a line.
    """

    file: Path = Path()

    def pins_file(self) -> Path:
        """Return the requirements file."""
        return self.file


def declared_environment(checkout: Path, written_to: Path) -> Declared:
    """Return the environment that a project declares.

    ``requirements.txt`` is taken first, then the dependencies of ``pyproject.toml``, then ``setup.cfg``. Code
    of the project, such as ``setup.py``, is not run to find out.

    Args:
        checkout: folder of the project.
        written_to: file for the requirements as they were found.

    Raises:
        NotDeclared: none of these says what it needs.
    """
    lines = _requirements(checkout)
    write_atomically(written_to, "".join(f"{line}\n" for line in lines))
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
    purpose = f"programs that need {', '.join(lines)}" if lines else "programs without requirements"
    declared = Declared(f"declared-{digest}", "programs", purpose, tuple(lines), "sys")
    return replace(declared, file=written_to)


def _requirements(checkout: Path) -> list[str]:
    try:
        for name, read in _FORMS.items():
            if (checkout / name).is_file():
                found = read((checkout / name).read_text(encoding="utf-8-sig"))
                if found is not None:
                    return found
    except (OSError, ValueError, TypeError, AttributeError, configparser.Error) as error:
        raise NotDeclared(f"{name} cannot be read: {error}") from None
    other = [name for name in ("setup.py", "Pipfile", *_CONDA) if (checkout / name).is_file()]
    if other:
        raise NotDeclared(
            f"its requirements are in {', '.join(other)}, from which no environment is made; name an "
            "`environment`"
        )
    raise NotDeclared("no requirements are declared (requirements.txt, pyproject.toml, setup.cfg)")


def _of_requirements(text: str) -> list[str]:
    lines = [line.partition(" #")[0].strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if options := [line for line in lines if line.startswith("-") or line.startswith(".")]:
        raise ValueError(f"expected names of packages, found {options[0]!r}; name an `environment`")
    return lines


def _of_pyproject(text: str) -> list[str] | None:
    project = tomllib.loads(text).get("project", {})
    return [str(item) for item in project["dependencies"]] if "dependencies" in project else None


def _of_setup_cfg(text: str) -> list[str] | None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    if not parser.has_option("options", "install_requires"):
        return None
    return [line.strip() for line in parser["options"]["install_requires"].splitlines() if line.strip()]


_FORMS = {"requirements.txt": _of_requirements, "pyproject.toml": _of_pyproject, "setup.cfg": _of_setup_cfg}
