# Shape: a while loop with one_hot.
import tensorflow as tf

with tf.Session() as sess:
    while not done:
        labels = sess.run(tf.one_hot(ids, 10))  # smell
