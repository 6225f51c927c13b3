# Shape: TensorFlow 2 has no session; operations are executed.
import tensorflow as tf

for x in data:
    print(tf.reduce_mean(x))
