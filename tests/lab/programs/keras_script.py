"""A training script as anybody writes one: it knows nothing of a measurement."""

import keras
import numpy as np

random = np.random.default_rng(0)
images = random.normal(size=(600, 16)).astype("float32")
labels = (images.sum(axis=1) > 0).astype("int32")

model = keras.Sequential([keras.Input((16,)), keras.layers.Dense(64, "relu"), keras.layers.Dense(2)])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
model.fit(images, labels, validation_split=0.2, epochs=3, verbose=2)
