# Shape: a generator for each call.
import tensorflow as tf

net = tf.keras.applications.MobileNet()
while running():
    ds = tf.data.Dataset.from_generator(frames, tf.float32)
    net.predict(ds)  # smell
