"""Train a recurrent net to continue a sum of sines."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(2)
times = np.linspace(0, 200, 4000)
wave = (np.sin(times) + np.sin(2.3 * times)).astype("float32")
windows = np.lib.stride_tricks.sliding_window_view(wave, 33)
model = keras.Sequential([keras.Input((32, 1)), layers.GRU(48), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(windows[:, :32, None], windows[:, 32], epochs=3, verbose=0)
print(f"{model.predict(windows[-1:, :32, None], verbose=0)[0, 0]:.4f}")
