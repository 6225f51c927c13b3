# Shape: the validation pipeline is built per epoch.
import tensorflow as tf

model = tf.keras.Sequential()
for epoch in range(3):
    check = tf.data.Dataset.from_tensor_slices(held_out)  # smell
    check = check.batch(8)
    model.fit(x, y, validation_data=check)
