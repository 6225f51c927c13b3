# Shape: the GRMF snippet of the taxonomy: only garbage collection between runs.
import gc

import keras

for run in range(5):
    model = keras.Sequential([keras.layers.Dense(1)])  # smell
    model.fit(x, y)
    gc.collect()
