"""The programs of the smell experiment: pairs that differ in a smell and in nothing else."""

import io
import json
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from workload_processes import ROOT

from lab.config.file import load_config
from records.events import read_events
from source.smells.engine import search

SMELLS = ROOT / "workload" / "smells"
CODES = {
    "imr": "WL102",
    "imr_cleared": "WL102",
    "utr": "WL107",
    "recompile": "WL102",
    "spu": "WL101",
    "grmf": "WL103",
    "ur": "WL104",
    "dir": "WL105",
    "gcb": "WL106",
    "iba": "WL108",
    "us": "WL109",
    "uge": "WL110",
    "lambda_layer": "WL111",
}
"""Smelly programs by the rule that finds them."""
OF_SHAPES = "sml"  # needs the shapes of tensors, which no reading of a program decides
SMELLY = (*CODES, OF_SHAPES)
SMALL = ["--images", "200", "--epochs", "3", "--filters", "4", "--deterministic"]


def clean_twin(name: str) -> str:
    return "clean" if name in ("imr", "imr_cleared", "utr") else f"{name}_clean"


@pytest.fixture(scope="module")
def smell_data() -> Iterator[ModuleType]:
    """The module that gets the pictures; it needs NumPy only."""
    sys.path.insert(0, str(SMELLS))
    import smell_data

    yield smell_data
    sys.path.remove(str(SMELLS))


def test_the_detector_finds_each_smell_and_is_silent_on_the_clean_twins() -> None:
    found = {smell.path.stem: smell.code for smell in search([SMELLS]).smells}
    assert found == CODES
    assert all((SMELLS / f"{name}.py").is_file() for name in (*SMELLY, *map(clean_twin, SMELLY)))


@pytest.mark.parametrize("name", ["short", "published", "pairs"])
def test_campaigns_pair_programs_with_their_clean_twins(name: str) -> None:
    config = load_config(SMELLS / f"{name}.toml")
    programs = {
        scenario.name: Path(scenario.command[1]).stem for scenario in config.scenario if scenario.command
    }
    assert all((SMELLS / f"{program}.py").is_file() for program in programs.values())
    assert config.smell
    for pair in config.smell:
        smelly, clean = programs[pair.smelly], programs[pair.clean]
        assert clean == clean_twin(smelly) or (smelly, clean) == ("imr", "imr_cleared")
        assert pair.code == CODES.get(smelly)
        options = {
            config.find_scenario(one).command[2:] == config.find_scenario(pair.clean).command[2:]
            for one in (pair.smelly, pair.clean)
        }
        assert options == {True}


def test_generated_pictures_depend_on_the_seed_alone_and_differ_by_class(smell_data: ModuleType) -> None:
    pictures, labels = smell_data.generate(300, 1)
    assert (pictures.shape, pictures.dtype, labels.shape) == ((300, 32, 32, 3), np.uint8, (300,))
    again, _ = smell_data.generate(300, 1)
    other, _ = smell_data.generate(300, 2)
    assert np.array_equal(pictures, again) and not np.array_equal(pictures, other)
    means = np.array([pictures[labels == label].mean(axis=0) for label in range(10)])
    within = np.array([pictures[labels == label].std(axis=0).mean() for label in range(10)])
    between = np.abs(means[:, None] - means[None]).mean(axis=(2, 3, 4))
    assert between[~np.eye(10, dtype=bool)].min() > within.mean() / 3


@pytest.mark.parametrize("packed", [False, True])
def test_cifar_10_is_read_from_its_binary_version(
    smell_data: ModuleType, tmp_path: Path, packed: bool
) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (10, 32, 32, 3), dtype=np.uint8)
    place = tmp_path / "cifar.tar.gz" if packed else tmp_path
    files = {}
    for number in range(5):
        two = zip((2 * number, 2 * number + 1), pictures[2 * number :][:2], strict=True)
        files[f"data_batch_{number + 1}.bin"] = b"".join(
            bytes([label]) + picture.transpose(2, 0, 1).tobytes() for label, picture in two
        )
    if packed:
        with tarfile.open(place, "w:gz") as archive:
            for name, data in files.items():
                member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
    else:
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
    read, labels, dataset = smell_data.load(str(place), 7, 1)
    assert np.array_equal(read, pictures[:7])
    assert (labels.tolist(), dataset) == (list(range(7)), "CIFAR-10 (binary version)")


def test_a_path_without_cifar_10_is_refused(smell_data: ModuleType, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "absent"):
        with pytest.raises(smell_data.DataError, match=r"expected keras, generated.*data_batch_1.bin"):
            smell_data.load(str(place), None, 1)
    for number in range(1, 6):
        (tmp_path / f"data_batch_{number}.bin").write_bytes(b"x" * 5)
    with pytest.raises(smell_data.DataError, match="expected records of 3073 bytes, found 25"):
        smell_data.load(str(tmp_path), None, 1)


@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.parametrize("name", SMELLY)
def test_a_smell_changes_nothing_of_the_optimisation(name: str, run_python, cpu_python) -> None:
    told = []
    for program in (name, clean_twin(name)):
        done = run_python(str(SMELLS / f"{program}.py"), *SMALL, python=cpu_python)
        assert done.returncode == 0, done.stderr
        told.append(json.loads(done.stdout.splitlines()[-1]))
    smelly, clean = told
    assert smelly == clean
    assert len(clean["losses"]) == 3 and len(clean["weights_sha256"]) == 64


@pytest.mark.slow
@pytest.mark.tensorflow
def test_the_network_learns_the_generated_pictures_and_says_what_they_are(
    run_python, run_dir, cpu_python
) -> None:
    options = ["--images", "2000", "--epochs", "6", "--filters", "16"]
    done = run_python(str(SMELLS / "clean.py"), *options, python=cpu_python)
    assert done.returncode == 0, done.stderr
    events = read_events(run_dir / "events.jsonl")
    epochs = [span.data for span in events.spans() if span.span == "epoch"]
    assert [epoch["epoch"] for epoch in epochs] == [1, 2, 3, 4, 5, 6]
    assert epochs[-1]["accuracy"] > 0.5 > 2 * epochs[0]["accuracy"]
    marks = {event.name: event.data for event in events.events if event.event == "mark"}
    assert marks["provenance"]["dataset"] == "generated, CIFAR-10 shape"
    assert marks["useful_work"] == {"samples": 12_000}


@pytest.mark.slow
@pytest.mark.tensorflow
def test_kept_tensors_and_models_show_as_growth_of_the_memory(run_python, run_dir, cpu_python) -> None:
    growth_mib = {}
    for name in ("clean", "utr", "imr"):
        options = ["--images", "3000", "--epochs", "5", "--filters", "4"]
        done = run_python(str(SMELLS / f"{name}.py"), *options, python=cpu_python)
        assert done.returncode == 0, done.stderr
        events = run_dir / "events.jsonl"
        memory = [span.data["rss_mib"] for span in read_events(events).spans() if span.span == "epoch"]
        growth_mib[name] = memory[-1] - memory[1]
        events.unlink()
    kept_mib = 3 * 3000 * 32 * 32 * 3 / 2**20
    assert growth_mib["utr"] - growth_mib["clean"] == pytest.approx(kept_mib, rel=0.3)
    assert growth_mib["imr"] > growth_mib["clean"] + 5
