# Shape: the model is called on a tensor.
import tensorflow as tf

model = tf.keras.models.load_model("m.keras")
for row in rows:
    out = model(tf.convert_to_tensor(row), training=False)
