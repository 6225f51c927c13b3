"""Programs of tests, written into a folder and followed."""

import textwrap
from pathlib import Path

from source.flow.module import ModuleFlow
from source.flow.project import Project


def flow_of(folder: Path, program: str, **others: str) -> ModuleFlow:
    for name, text in ({"main": program} | others).items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text))
    flow = Project().flow(folder / "main.py")
    assert isinstance(flow, ModuleFlow)
    return flow
