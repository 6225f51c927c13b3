# Shape: get_* that builds no model; a mined list of IMR hits had many of these.
import keras

for name in names:
    batch = get_batch(name)
    batch.fit(keras.utils.to_categorical(y))
