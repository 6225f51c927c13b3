# Shape: a graph built in a loop, and run after it.
import tensorflow as tf

for width in widths:
    x = tf.matmul(x, tf.zeros((8, width)))
with tf.Session() as sess:
    sess.run(x)
