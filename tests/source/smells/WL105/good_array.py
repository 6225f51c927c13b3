# Shape: predict on arrays is ordinary.
import tensorflow as tf

model = tf.keras.models.load_model("m.keras")
for row in rows:
    out = model.predict(row)
