# Shape: a loaded model, compiled for each data set with the same settings.
import tensorflow as tf

net = tf.keras.models.load_model("net.keras")
for part in parts:
    net.compile("sgd", "mse")  # smell
    net.fit(part)
    net.save("net.keras")
