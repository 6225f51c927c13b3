"""The interpreters whose packages belong to a program."""

import os
import shutil
from pathlib import Path, PurePosixPath

from lab.conduct.programs.named import is_python
from lab.config.model import LabConfig, ScenarioSection
from records.programs import Packages
from sut.inventory.environments import installed_packages
from sut.sut import Sut


def interpreters(
    config: LabConfig, scenario: ScenarioSection, tracker: str | None, sut: Sut
) -> dict[str, PurePosixPath]:
    """Return the SUT's interpreters that a scenario runs in, by the environment's name.

    An interpreter that the command names by itself, such as ``python3``, is called ``scenario NAME``.
    """
    found: dict[str, PurePosixPath] = {}
    if scenario.environment is not None:
        found[scenario.environment] = sut.resolve(config.environments[scenario.environment].python)
    if tracker is not None:
        found[tracker] = sut.resolve(config.trackers[tracker].python)
    program = (scenario.command or [""])[0]
    if is_python(program):
        folder = Path(sut.resolve(scenario.cwd or "."))
        named = folder / program if "/" in program else None
        path = shutil.which(named or program, path=scenario.env.get("PATH", os.environ.get("PATH")))
        if path is not None:
            found[f"scenario {scenario.name}"] = PurePosixPath(path)
    return found


def packages_of(sut: Sut, name: str, python: PurePosixPath) -> Packages:
    """Ask the interpreter of an environment for its packages.

    Raises:
        SutError: it does not answer.
    """
    answer = installed_packages(sut.host, python)
    return Packages(name=name, python=answer["python"], packages=answer["packages"])
