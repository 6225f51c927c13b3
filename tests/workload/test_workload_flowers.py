"""Pictures: drawn ones are always the same, foreign archives are not trusted, splits are fair.

The scenario modules need the measured environment, so each test runs a few lines of them there.
"""

import io
import json
import tarfile
import zipfile

import pytest
from workload_processes import ROOT

pytestmark = pytest.mark.tensorflow

SCENARIOS = ROOT / "workload" / "scenarios"
CLASSES = ["daisy", "dandelion", "roses", "sunflowers", "tulips"]


@pytest.fixture
def run_lines(run_python, cpu_python):
    def run(lines, *arguments):
        code = f"import sys, json\nsys.path.insert(0, {str(SCENARIOS)!r})\n{lines}"
        return run_python("-c", code, *map(str, arguments), python=cpu_python)

    return run


def output_of(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


DIGEST = """
import hashlib, flowers_generator as g
digest = hashlib.sha256()
for label in g.CLASSES:
    for number in range(3):
        digest.update(g.draw(label, (1, number), 48).tobytes())
print(json.dumps([list(g.CLASSES), g.VERSION, digest.hexdigest()]))
"""


def test_drawn_pictures_are_the_same_in_every_process(run_lines):
    first, second = output_of(run_lines(DIGEST)), output_of(run_lines(DIGEST))
    assert first == second
    assert first[0] == CLASSES


def test_every_drawn_picture_is_another(run_lines):
    lines = """
import flowers_generator as g
pictures = {g.draw(l, (s, n), 32).tobytes() for l in g.CLASSES for s in (1, 2) for n in range(5)}
print(len(pictures))
"""
    assert output_of(run_lines(lines)) == 5 * 2 * 5


PREPARE = """
import pathlib, flowers_data
work = pathlib.Path(sys.argv[2])
facts = flowers_data.prepare(sys.argv[1], json.loads(sys.argv[3]), 32, 7, work)
def names(part):
    return sorted(f"{path.parent.name}/{path.name}" for path in (work / part).rglob("*.*"))
files = {part: names(part) for part in ("train", "validation")}
print(json.dumps([facts, files]))
"""


def jpeg_bytes():
    # The smallest thing that the layout needs; nothing here is decoded.
    return b"\xff\xd8\xff\xd9"


def fill(folder, per_class):
    for label in CLASSES:
        (folder / label).mkdir(parents=True)
        for number in range(per_class):
            (folder / label / f"{number}.jpg").write_bytes(jpeg_bytes())
    (folder / "LICENSE.txt").write_text("CC BY")


def test_a_folder_is_split_by_class_and_each_picture_is_used_once(run_lines, tmp_path):
    fill(tmp_path / "data" / "flower_photos", per_class=10)  # one folder around, as in the archive
    facts, files = output_of(run_lines(PREPARE, tmp_path / "data", tmp_path / "work", "null"))
    assert facts == {"dataset": "data", "dataset_images": 50, "train_images": 40, "validation_images": 10}
    assert sorted(files["train"] + files["validation"]) == [
        f"{c}/{n}.jpg" for c in CLASSES for n in range(10)
    ]
    assert all(sum(name.startswith(label) for name in files["validation"]) == 2 for label in CLASSES)


def test_a_number_of_images_is_taken_evenly_and_by_the_seed(run_lines, tmp_path):
    fill(tmp_path / "data", per_class=10)
    first = output_of(run_lines(PREPARE, tmp_path / "data", tmp_path / "one", "22"))
    second = output_of(run_lines(PREPARE, tmp_path / "data", tmp_path / "two", "22"))
    assert first == second
    assert first[0]["dataset_images"] == 22


def write_tar(path, members):
    with tarfile.open(path, "w:gz") as archive:
        for name, kind in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            info.size = 4 if kind == tarfile.REGTYPE else 0
            info.linkname = "/etc/passwd" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            archive.addfile(info, io.BytesIO(jpeg_bytes()))


def write_zip(path, names):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, jpeg_bytes())


GOOD = [f"flower_photos/{label}/{number}.jpg" for label in CLASSES for number in range(5)]


@pytest.mark.parametrize("name", ["flowers.tgz", "flowers.zip"])
def test_an_archive_is_read(run_lines, tmp_path, name):
    path = tmp_path / name
    if name.endswith("zip"):
        write_zip(path, GOOD)
    else:
        write_tar(path, [(member, tarfile.REGTYPE) for member in GOOD])
    facts, _ = output_of(run_lines(PREPARE, path, tmp_path / "work", "null"))
    assert (facts["dataset"], facts["dataset_images"]) == (name, 25)


HOSTILE = {
    "parent": ("../roses/x.jpg", tarfile.REGTYPE),
    "parent within": ("flower_photos/roses/../../../x.jpg", tarfile.REGTYPE),
    "absolute": ("/tmp/roses/x.jpg", tarfile.REGTYPE),
    "backslash": ("..\\..\\roses\\x.jpg", tarfile.REGTYPE),
    "symbolic link": ("flower_photos/roses/x.jpg", tarfile.SYMTYPE),
    "hard link": ("flower_photos/roses/x.jpg", tarfile.LNKTYPE),
    "device": ("flower_photos/roses/x.jpg", tarfile.CHRTYPE),
}
REFUSE = """
import pathlib, flowers_archive
from flowers_errors import DataError
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    try:
        flowers_archive.extract(path, pathlib.Path(sys.argv[2]))
    except DataError as error:
        print(json.dumps([path.stem, str(error)]))
"""


def test_hostile_archives_are_refused_and_write_nothing_outside(run_lines, tmp_path):
    (tmp_path / "archives").mkdir()
    for name, member in HOSTILE.items():
        write_tar(tmp_path / "archives" / f"{name}.tgz", [member])
    write_zip(tmp_path / "archives" / "zip parent.zip", ["../../roses/x.jpg"])
    (tmp_path / "archives" / "no archive.zip").write_bytes(b"hello")
    write_zip(tmp_path / "archives" / "other things.zip", ["cats/x.jpg"])
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        info = tarfile.TarInfo("roses/x.jpg")
        info.size = 200_000
        archive.addfile(info, io.BytesIO(bytes(range(250)) * 800))
    (tmp_path / "archives" / "torn.tgz").write_bytes(whole.getvalue()[:-40])

    before = {path for path in tmp_path.rglob("*") if "archives" not in path.parts}
    done = run_lines(REFUSE, tmp_path / "archives", tmp_path / "out")
    refused = dict(json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == 0, done.stderr
    assert refused.keys() == {*HOSTILE, "zip parent", "no archive", "other things", "torn"}
    after = {path for path in tmp_path.rglob("*") if "archives" not in path.parts}
    assert {path for path in after - before if "out" not in path.parts} == set()


def test_nothing_drawn_at_random_means_the_picture_as_it_was(run_lines):
    lines = """
import numpy as np, flowers_generator as g
from flowers_batches import Augmentation, augment
picture = g.draw("tulips", (1, 1), 64)
still = augment(picture, Augmentation(0, 0, 0, False), np.random.default_rng(1))
moved = augment(picture, Augmentation(), np.random.default_rng(1))
mirrored = [augment(picture, Augmentation(0, 0, 0, True), np.random.default_rng(s)) for s in range(20)]
flipped = np.asarray(picture)[:, ::-1]
print(json.dumps([
    bool((np.asarray(still) == np.asarray(picture)).all()),
    bool((np.asarray(moved) == np.asarray(picture)).all()),
    {bool((np.asarray(m) == flipped).all()) for m in mirrored} == {True, False},
]))
"""
    assert output_of(run_lines(lines)) == [True, False, True]


def test_batches_are_the_same_for_the_same_seed_and_others_in_the_next_epoch(run_lines, tmp_path):
    lines = """
import pathlib, numpy as np, flowers_data
from flowers_batches import Augmentation, FlowerBatches
work = pathlib.Path(sys.argv[1])
flowers_data.prepare("generated", 30, 32, 1, work)
make = lambda: FlowerBatches(work / "train", 32, 10, 4, Augmentation())
one, two = make(), make()
same = all((one[n][0] == two[n][0]).all() and (one[n][1] == two[n][1]).all() for n in range(len(one)))
before = one[0][0].copy()
one.on_epoch_end()
print(json.dumps([same, bool((before == one[0][0]).all()), [len(one[n][1]) for n in range(len(one))],
                  sorted(int(l) for n in range(len(one)) for l in one[n][1])]))
"""
    same, repeated, sizes, labels = output_of(run_lines(lines, tmp_path / "work"))
    assert (same, repeated, sizes) == (True, False, [10, 10, 5])
    assert labels == sorted([0, 1, 2, 3, 4] * 5)


def test_scores_agree_with_a_worked_example(run_lines):
    # Truth 0 0 0 1 1 2, predicted 0 0 1 1 1 0. By hand: precision 2/3, 2/3, 0; recall 2/3, 1, 0;
    # F1 2/3, 4/5, 0.
    lines = """
import numpy as np
from flowers_metrics import scores
print(json.dumps(scores(np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 1, 0]), 3)))
"""
    assert output_of(run_lines(lines)) == pytest.approx(
        {
            "val_accuracy": 4 / 6,
            "precision": (2 / 3 + 2 / 3 + 0) / 3,
            "recall": (2 / 3 + 1 + 0) / 3,
            "macro_f1": (2 / 3 + 4 / 5 + 0) / 3,
            "correct": 4,
        }
    )
