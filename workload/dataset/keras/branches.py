"""Build a net with two branches by the functional API and train it."""

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(3)
generator = np.random.default_rng(3)
features = generator.normal(size=(20_000, 64)).astype("float32")
target = features[:, :8].sum(axis=1) * features[:, 8]


def branch(inputs, units):
    """Return two dense layers on top of what is given."""
    return layers.Dense(units, activation="relu")(layers.Dense(units, activation="relu")(inputs))


inputs = keras.Input((64,))
joined = layers.concatenate([branch(inputs, 128), branch(inputs, 256)])
model = keras.Model(inputs, layers.Dense(1)(joined))
model.compile(keras.optimizers.Adam(1e-3), "mse")
model.fit(features, target, epochs=3, batch_size=128, verbose=0)
print(float(ops.mean(ops.square(model(features[:1000])[:, 0] - target[:1000]))))
