# Shape: the builder makes the model once and hands it out again.
import functools

import keras


@functools.lru_cache
def get_model():
    return keras.Sequential([keras.layers.Dense(1)])


for part in parts:
    model = get_model()
    model.fit(part)
