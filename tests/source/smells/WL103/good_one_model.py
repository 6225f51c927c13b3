# Shape: collection around one model.
import gc

import keras

model = keras.Sequential()
for run in range(5):
    model.fit(x, y)
    gc.collect()
