# Shape: repeated loading of a saved model.
import gc

import keras

while jobs:
    model = keras.models.load_model(jobs.pop())  # smell
    model.predict(x)
    gc.collect()
