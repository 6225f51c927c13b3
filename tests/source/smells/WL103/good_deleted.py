# Shape: deleted and collected.
import gc

import keras

for run in range(5):
    model = keras.Sequential()
    model.fit(x, y)
    del model
    gc.collect()
