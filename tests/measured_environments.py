"""Interpreters of the environments in which measured programs and trackers run."""

from pathlib import Path

import pytest

from lab.envs.places import python_of


def python_or_skip(name: str) -> Path:
    """Return the interpreter of an environment; skip the test where it has not been built."""
    python = python_of(name)
    if not python.exists():
        pytest.skip(f"the environment {name} is not there; `lab envs install {name}` builds it")
    return python
