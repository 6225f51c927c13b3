"""A Keras script as anybody might write it; it knows nothing of Wattlab."""

import json
import sys

import keras
import numpy as np
from keras.callbacks import EarlyStopping, LambdaCallback

keras.utils.set_random_seed(3)
x = np.random.rand(64, 4).astype("float32")
y = x.sum(axis=1)

model = keras.Sequential([keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1)])
model.compile("adam", "mse")
mine = [EarlyStopping(patience=50)]
first = model.fit(x, y, epochs=3, validation_split=0.25, verbose=0, callbacks=mine)
second = model.fit(x, y, 16, 2, 0, callbacks=EarlyStopping(monitor="loss", patience=50))
print(json.dumps({"first": first.history, "second": second.history, "mine": len(mine)}))
sys.stdout.flush()


def lose_patience(epoch, logs):
    raise RuntimeError("no more patience")


model.fit(x, y, epochs=2, verbose=0, callbacks=[LambdaCallback(on_epoch_end=lose_patience)])
