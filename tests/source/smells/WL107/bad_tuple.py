# Shape: pairs in a list.
import tensorflow as tf

net = tf.keras.Sequential()
kept = list()
for x, y in train_ds:
    features = tf.nn.relu(x)
    net.train_on_batch(features, y)
    kept.append((features, 1))  # smell
