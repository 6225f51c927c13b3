"""Save a model, load it again and compare what both predict."""

import tempfile
from pathlib import Path

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(4)
model = keras.Sequential(
    [keras.Input((256,)), *(layers.Dense(1024, "relu") for _ in range(6)), layers.Dense(8)]
)
inputs = np.random.default_rng(4).normal(size=(4000, 256)).astype("float32")
before = model.predict(inputs, verbose=0)
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "model.keras"
    for _ in range(3):
        model.save(path)
        model = keras.models.load_model(path)
print(np.abs(model.predict(inputs, verbose=0) - before).max())
