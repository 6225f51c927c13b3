# Shape: collection inside a helper.
import gc

import keras


def tidy():
    gc.collect()


for rate in rates:
    model = keras.Sequential()  # smell
    model.fit(x, y)
    tidy()
