"""The clean twin of iba.py: each image is closed once its pixels are read."""

import tempfile

import numpy as np
import smell_training
from PIL import Image

work = smell_training.Work("Train a CNN on image files that are closed.")
network = smell_training.build(work.args)
with tempfile.TemporaryDirectory() as folder:
    paths = work.write_images(folder)
    for epoch in work.epochs():
        network.reset_metrics()
        for picks in epoch.order():
            arrays = []
            for pick in picks:
                with Image.open(paths[pick]) as image:
                    arrays.append(np.asarray(image))
            pictures = np.stack(arrays)
            epoch.note(network.train_on_batch(pictures, work.labels[picks], return_dict=True))
work.finish(network.get_weights())
