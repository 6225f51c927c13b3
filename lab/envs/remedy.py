"""What to do about an interpreter that is not there."""

from pathlib import PurePath

from lab.envs.catalogue import environment_names
from lab.envs.places import python_of


def remedy(python: PurePath, key: str) -> str:
    """Return what to do about an interpreter that is missing.

    Args:
        python: its path, on this machine or on a SUT that is another one.
        key: the section of ``lab.toml`` that names it, such as ``environments.cpu``.
    """
    for name in environment_names():
        if python == python_of(name):
            group = "trackers" if name in environment_names("tracker") else "envs"
            return f"`lab {group} install {name}` builds it"
        if python.parts[-4:] == ("envs", name, "bin", "python"):
            return f"`lab sut deploy --envs {name}` builds it on the SUT"
    return f"set [{key}] python in lab.toml to an interpreter that exists"
