"""A truth script: power and energy at any time, and the mistakes it can have."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.errors import ConfigurationError, RecordError
from records.truth.marks import Marks, true_energies_j
from records.truth.script import Load, TruthScript

STEPS = Load(idle_w=2.0, program_w=((0.0, 50.0), (1.0, 80.0), (3.0, 10.0)))
ROUNDS = Load(idle_w=2.0, program_w=((0.0, 50.0), (1.0, 80.0), (3.0, 10.0)), repeat_s=4.0)


@pytest.mark.parametrize(("t_s", "energy_j"), [(0, 0), (0.5, 25), (2, 130), (3, 210), (5, 230)])
def test_the_energy_is_the_area_below_the_steps(t_s: float, energy_j: float) -> None:
    assert STEPS.energy_j(t_s) == pytest.approx(energy_j)


def test_steps_that_repeat_begin_anew() -> None:
    assert ROUNDS.power_w(4.5) == 50.0
    assert ROUNDS.energy_j(9.0) == pytest.approx(2 * 220 + 50)


@given(st.floats(0, 50), st.floats(0, 50))
def test_energies_of_neighbouring_times_add_up(first_s: float, more_s: float) -> None:
    marks = Marks(100.0, ((105.0, 117.3), (120.0, None)))
    a, b, c = (100.0, 100.0 + first_s, 100.0 + first_s + more_s)
    whole = marks.energy_j(ROUNDS, c) - marks.energy_j(ROUNDS, a)
    parts = marks.energy_j(ROUNDS, b) - marks.energy_j(ROUNDS, a)
    assert parts <= whole + 1e-6
    assert 0 <= whole - parts <= 80.0 * more_s + 1e-6


def test_a_machine_idles_before_between_and_after_runs() -> None:
    marks = Marks(0.0, ((10.0, 12.0), (20.0, 21.0)))
    assert marks.energy_j(STEPS, 30.0) == pytest.approx(27 * 2 + 130 + 50)
    assert marks.since_begin_s(9.0) is None
    assert marks.since_begin_s(20.5) == pytest.approx(0.5)


def test_the_wall_has_all_parts_and_the_losses_of_the_supply() -> None:
    script = TruthScript.model_validate(
        {
            "efficiency": 0.8,
            "rest": {"program_w": 25.0},
            "package": [
                {"cpu": {"program_w": 50.0}, "dram": {"program_w": 5.0}},
                {"cpu": {"program_w": 40.0}},
            ],
            "gpu": [{"power": {"program_w": 200.0}}],
        }
    )
    energies_j = true_energies_j(script, Marks(0.0, ((0.0, None),)), 1.0, 3.0)
    assert energies_j == {"package": 180, "dram": 10, "gpu": 400, "rest": 50, "wall": 800}


def test_a_mark_that_is_being_written_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "marks"
    path.write_text("origin 1.5\nbegin 2.5\nend 3.")
    assert Marks.read(path) == Marks(1.5, ((2.5, None),))
    path.write_text("begin 2.5\n")
    with pytest.raises(RecordError, match="origin"):
        Marks.read(path)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("efficency = 0.9", "efficiency"),
        ("[[gpu]]\npower = {program_w = [[1, 5]]}", "begin with 0"),
        ("[[gpu]]\npower = {program_w = -5}", "program_w"),
        ('[[gpu]]\npower = {program_w = 5}\nname = "A100"', "SIMULATED"),
        ('[[fault]]\nkind = "lost"\nof = "gpu-0"\nat_s = 1', "gpu-0"),
        ('[[package]]\ncpu = {program_w = 5}\n[[fault]]\nkind = "lost"\nof = "package-0"\nat_s = 1', "lost"),
        ("rest = ", "TOML"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "truth.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=key):
        TruthScript.read(path)
