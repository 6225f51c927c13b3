# Shape: collection after arrays.
import gc

import keras
import numpy as np

for name in names:
    array = np.load(name)
    keras.utils.save_img(name, array)
    gc.collect()
