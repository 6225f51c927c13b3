"""Image Buffer Accumulation: every opened image is kept in a list."""

import tempfile

import numpy as np
import smell_training
from PIL import Image

work = smell_training.Work("Train a CNN on image files that are kept open.")
network = smell_training.build(work.args)
images = []
with tempfile.TemporaryDirectory() as folder:
    paths = work.write_images(folder)
    for epoch in work.epochs():
        network.reset_metrics()
        for picks in epoch.order():
            for pick in picks:
                images.append(Image.open(paths[pick]))  # noqa: PERF401 (the shape that is found in programs)
            pictures = np.stack([np.asarray(image) for image in images[-len(picks) :]])
            epoch.note(network.train_on_batch(pictures, work.labels[picks], return_dict=True))
work.finish(network.get_weights())
