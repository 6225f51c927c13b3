"""``lab plan`` as an operator meets it: a sentence first, a table, JSON, and wrong uses."""

import json
from pathlib import Path

import pytest
from lab_bench import lab


def test_without_a_campaign_powers_and_scatter_are_assumed() -> None:
    done = lab("plan", "--meter", "wattsup_pro", "--duration", "60", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    (row,) = document["rows"]
    assert (document["pilot"], document["want_pct"], row["scatter_df"]) == (None, 2.0, None)
    (enough,) = [one for one in row["reached"] if one["repeats"] == row["repeats"]]
    assert enough["half_pct"] <= 2.0
    assert max(enough["u_pct"], key=enough["u_pct"].get) == "gain"
    assert row["least_pct"] > 0.95 * 1.5 * 0.99  # 95 % of a rectangle of 1.5 %


def test_a_better_meter_and_longer_runs_need_no_more_repeats() -> None:
    done = lab("plan", "--duration", "60", "--duration", "600", "--json")
    rows = json.loads(done.stdout)["rows"]
    repeats = [row["repeats"] or 10**6 for row in rows]
    assert len(repeats) == 12
    assert all(short >= long for short, long in zip(repeats[::2], repeats[1::2], strict=True))
    assert repeats[::2] == sorted(repeats[::2], reverse=True)


def test_the_sentence_comes_first() -> None:
    done = lab("plan", "--meter", "zes_lmg95", "--want", "0.1%", "--duration", "30")
    first = done.stdout.splitlines()[0]
    assert "±0.1 %" in first and "│" not in first


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--power", "30"], 2, "expected a power above that of the baseline"),
        (["--want", "0%"], 2, "0%"),
        (["--meter", "watsup_pro"], 2, "did you mean 'wattsup_pro'"),
        (["--meter", "rapl"], 2, "limits of error"),
        (["--scenario", "cnn"], 2, "--scenario: expected a campaign"),
        (["nowhere"], 2, "nowhere"),
    ],
)
def test_wrong_uses(arguments: list[str], code: int, words: str, tmp_path: Path) -> None:
    done = lab("plan", *arguments)
    assert done.returncode == code
    assert words in done.stderr


def test_a_wide_interval_is_a_plain_number() -> None:
    done = lab("plan", "--scatter", "100%", "--baseline-scatter", "60", "--duration", "60")
    assert "100" in done.stdout and "e+" not in done.stdout
