# Shape: the DIR snippet of the taxonomy: predict on a new Dataset in a loop.
import tensorflow as tf

model = tf.keras.models.load_model("m.keras")
for row in rows:
    out = model.predict(tf.data.Dataset.from_tensors(row))  # smell
