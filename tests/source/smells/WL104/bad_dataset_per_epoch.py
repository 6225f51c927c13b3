# Shape: the UR snippet of the taxonomy: pipeline and fit(epochs=1) in the epoch loop.
import tensorflow as tf

model = tf.keras.Sequential()
for epoch in range(50):
    ds = tf.data.Dataset.from_tensor_slices((x, y)).batch(32)  # smell
    model.fit(ds, epochs=1)
