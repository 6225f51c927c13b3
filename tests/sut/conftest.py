"""Fake file trees of a machine, and processes that are ended whatever a test does."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Wait = Callable[[Callable[[], object], str], None]


@pytest.fixture
def machine(tmp_path: Path) -> Callable[[dict[str, str | bytes]], Path]:
    """Build a tree of files as /proc, /sys and /etc would hold it; a path ending in / is a folder."""

    def build(files: dict[str, str | bytes]) -> Path:
        root = tmp_path / "machine"
        for name, content in files.items():
            path = root / name
            if name.endswith("/"):
                path.mkdir(parents=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return build


@pytest.fixture
def wait_until() -> Wait:
    """Poll until something is true; fail with what was waited for after 30 s."""

    def wait(condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + 30
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"waited 30 s in vain for: {what}")
            time.sleep(0.02)

    return wait


@pytest.fixture
def run_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "0001-idle"
    folder.mkdir()
    yield folder
