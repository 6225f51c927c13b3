# Shape: the fix of the taxonomy.
import gc

import keras

for run in range(5):
    model = keras.Sequential()
    model.fit(x, y)
    del model
    keras.backend.clear_session()
    gc.collect()
