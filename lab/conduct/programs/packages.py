"""The interpreters whose packages belong to a program."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from lab.conduct.commands import tracker_interpreter
from lab.config.model import LabConfig, ScenarioSection
from records.programs import Packages
from sut.inventory.environments import installed_packages
from sut.sut import Sut


def interpreters(
    config: LabConfig, scenario: ScenarioSection, tracker: str | None, sut: Sut, named: Mapping[str, str]
) -> dict[str, PurePosixPath]:
    """Return the SUT's interpreters that a scenario runs in, by the environment's name.

    An interpreter that the command names by itself, such as ``python3``, is called ``scenario NAME``;
    ``named`` has where the SUT finds it, by scenario.
    """
    found: dict[str, PurePosixPath] = {}
    if scenario.environment is not None:
        found[scenario.environment] = sut.resolve(config.pythons()[scenario.environment])
    if tracker is not None:
        found[tracker] = tracker_interpreter(config, tracker, sut)
    if scenario.name in named:
        found[f"scenario {scenario.name}"] = PurePosixPath(named[scenario.name])
    return found


def packages_of(sut: Sut, name: str, python: PurePosixPath) -> Packages:
    """Ask the interpreter of an environment for its packages.

    Raises:
        SutError: it does not answer.
    """
    answer = installed_packages(sut.host, python)
    return Packages(name=name, python=answer["python"], packages=answer["packages"])
