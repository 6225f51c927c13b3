"""Every code that an importer can give is provoked by a test."""

from pathlib import Path

import pytest

from records.finding_codes import imports, mlperf_power
from records.findings import FindingCode

TESTS = "".join(
    path.read_text() for path in Path(__file__).parents[1].rglob("test_*import*.py") if path != Path(__file__)
)


@pytest.mark.parametrize("code", [*imports.CHAPTER.codes, *mlperf_power.CHAPTER.codes], ids=lambda c: c.code)
def test_a_code_of_an_importer_is_named_by_a_test(code: FindingCode) -> None:
    assert f'"{code.code}"' in TESTS
