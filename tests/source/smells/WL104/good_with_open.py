# Shape: files in a with statement, and a name that gives up the file before.
import tensorflow as tf

for name in names:
    with open(name) as file:
        text = file.read()
    file = open(name)
    model = tf.io.decode_csv(text, [0.0])
