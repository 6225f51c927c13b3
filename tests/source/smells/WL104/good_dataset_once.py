# Shape: built before the loop.
import tensorflow as tf

model = tf.keras.Sequential()
ds = tf.data.Dataset.from_tensor_slices((x, y)).batch(32)
for epoch in range(50):
    model.fit(ds, epochs=1)
