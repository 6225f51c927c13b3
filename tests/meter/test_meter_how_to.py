"""The how-to about adding a meter shows code that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/how-to/add-a-meter.md"
EXCERPTS = re.findall(r"`([\w/]+\.py)`:\n\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.mark.parametrize(("path", "excerpt"), EXCERPTS)
def test_every_excerpt_stands_in_its_file_as_it_is_shown(path: str, excerpt: str) -> None:
    assert excerpt in (ROOT / path).read_text()


def test_the_how_to_shows_driver_twin_registry_and_test() -> None:
    shown = {path for path, _ in EXCERPTS}
    assert {path.split("/")[0] for path in shown} == {"meter", "tests"}
    assert "meter/registry.py" in shown
    assert any(path.startswith("meter/virtual/twins/") for path in shown)
