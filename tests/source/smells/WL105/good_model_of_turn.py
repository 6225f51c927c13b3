# Shape: model and data belong to the turn.
import tensorflow as tf

for name in names:
    tf.keras.backend.clear_session()
    model = tf.keras.models.load_model(name)
    model.predict(tf.data.Dataset.from_tensor_slices(x).batch(8))
