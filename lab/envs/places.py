"""Where the environments lie: below a checkout in ``.envs``, else in the user's data folder."""

import os
from pathlib import Path

from platformdirs import user_data_path

HOME = Path(__file__).resolve().parent.parent.parent
"""Folder that holds the packages of the lab: of a checkout, or ``site-packages``."""

DATA_VARIABLE = "WATTLAB_DATA"
"""Names another folder for the data of the lab, also in a checkout."""


def is_checkout() -> bool:
    """Say whether the lab runs from its sources."""
    return (HOME / "pyproject.toml").is_file()


def environments_folder() -> Path:
    """Return the folder of all environments; it need not exist."""
    named = os.environ.get(DATA_VARIABLE)
    if named:
        return Path(named).expanduser().absolute() / "envs"
    return HOME / ".envs" if is_checkout() else user_data_path("wattlab", appauthor=False) / "envs"


def interpreter_in(folder: Path) -> Path:
    """Return the interpreter of the environment in a folder; it need not exist."""
    return folder / "bin" / "python"


def python_of(name: str) -> Path:
    """Return the interpreter of an environment by its name; it need not exist."""
    return interpreter_in(environments_folder() / name)
