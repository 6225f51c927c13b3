# Shape: the UGE snippet of the taxonomy: operations added in the training loop.
import tensorflow.compat.v1 as tf

counter = tf.Variable(0)
with tf.Session() as sess:
    for step in range(1000):
        sess.run(tf.assign(counter, step))  # smell
