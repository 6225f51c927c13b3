"""Get pictures of five classes of flowers and lay them out for training.

Sources: a folder with one subfolder per class or an archive of such (both as tf_flowers is
distributed), TensorFlow Datasets where that package and the network are there, or pictures that
`flowers_generator` draws. Whatever it was is returned as provenance.
"""

import random
import shutil
import subprocess
import sys
from pathlib import Path

import flowers_archive
import flowers_generator
from flowers_errors import DataError

CLASSES = flowers_generator.CLASSES
TF_FLOWERS_IMAGES = 3670  # https://www.tensorflow.org/datasets/catalog/tf_flowers
VALIDATION_SHARE = 0.2

_SUFFIXES = {".jpg", ".jpeg", ".png"}
_DOWNLOAD_LIMIT_S = 600


def prepare(source, images, size, seed, work):
    """Group pictures by label into ``work/train/LABEL`` and ``work/validation/LABEL``.

    Args:
        source: ``auto``, ``generated``, or path of a folder or an archive.
        images: how many pictures to use, the same share of each class; ``None`` for all there are.
        size: edge in pixels, for pictures that must be drawn.
        seed: of the drawing, the choice and the split.
        work: an empty folder.

    Returns:
        Provenance: ``dataset``, ``dataset_images``, ``train_images``, ``validation_images``.

    Raises:
        DataError: the source cannot be used.
    """
    name, by_class = _find(source, images, size, seed, work)
    counts = {"train": 0, "validation": 0}
    for label, paths in by_class.items():
        for part, chosen in _split(label, paths, images, seed).items():
            folder = work / part / label
            folder.mkdir(parents=True)
            for path in chosen:
                shutil.copy(path, folder)
            counts[part] += len(chosen)
    facts = {f"{part}_images": count for part, count in counts.items()}
    return {"dataset": name, "dataset_images": sum(counts.values()), **facts}


def _find(source, images, size, seed, work):
    if source == "auto" and _download(work / "downloaded"):
        return "tf_flowers", _classes_in(work / "downloaded")
    if source in ("auto", "generated"):
        return "generated", _generate(images or TF_FLOWERS_IMAGES, size, seed, work / "drawn")
    path = Path(source)
    if path.is_dir():
        return path.name, _classes_in(path)
    if not path.is_file():
        raise DataError(
            f"--data {source}: expected a folder, an archive, `auto` or `generated`; nothing is there"
        )
    flowers_archive.extract(path, work / "extracted")
    return path.name, _classes_in(work / "extracted")


def _split(label, paths, images, seed):
    """Choose pictures of one class and split them; the same seed gives the same split."""
    chosen = sorted(paths)
    random.Random(f"{seed} {label}").shuffle(chosen)
    if images is not None:
        share, rest = divmod(images, len(CLASSES))
        chosen = chosen[: share + (CLASSES.index(label) < rest)]
    count = max(1, round(len(chosen) * VALIDATION_SHARE))
    if len(chosen) < 2:
        raise DataError(f"{label}: expected at least 2 pictures, found {len(chosen)}; raise --images")
    return {"train": chosen[count:], "validation": chosen[:count]}


def _classes_in(folder):
    """Return the pictures of each class below a folder, which may hold one folder around them."""
    inner = [path for path in folder.iterdir() if path.is_dir()]
    root = inner[0] if len(inner) == 1 and inner[0].name not in CLASSES else folder
    by_class = {label: _pictures(root / label) for label in CLASSES}
    missing = [label for label, paths in by_class.items() if not paths]
    if missing:
        raise DataError(
            f"{folder}: expected a folder of pictures ({', '.join(sorted(_SUFFIXES))}) for each of "
            f"{', '.join(CLASSES)}; none for {', '.join(missing)}"
        )
    return by_class


def _pictures(folder):
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES and path.is_file()]


def _generate(images, size, seed, folder):
    by_class = {}
    for index, label in enumerate(CLASSES):
        (folder / label).mkdir(parents=True)
        by_class[label] = []
        for number in range(images // len(CLASSES) + (index < images % len(CLASSES))):
            path = folder / label / f"{label}-{number:05d}.jpg"
            flowers_generator.draw(label, (seed, number), size).save(path, quality=90)
            by_class[label].append(path)
    return by_class


def _download(folder):
    """Fetch tf_flowers through TensorFlow Datasets, in a process of its own that can be ended."""
    from importlib.util import find_spec

    if find_spec("tensorflow_datasets") is None:
        return False
    program = Path(__file__).with_name("flowers_download.py")
    try:
        subprocess.run([sys.executable, str(program), str(folder)], check=True, timeout=_DOWNLOAD_LIMIT_S)
    except (subprocess.SubprocessError, OSError) as error:
        print(f"tf_flowers is not to be had ({error}); drawing pictures instead", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        return False
    return True
