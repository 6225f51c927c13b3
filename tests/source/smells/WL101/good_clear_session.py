# Shape: the fixed twin of bad_builder.
import tensorflow as tf
from tensorflow.keras import Sequential, layers


def create_model(units):
    return Sequential([layers.Dense(units), layers.Dense(1)])


for units in (8, 16, 32):
    tf.keras.backend.clear_session()
    model = create_model(units)
    model.fit(x, y, epochs=5)
