# Shape: the fix of the taxonomy.
import tensorflow.compat.v1 as tf

counter = tf.Variable(0)
value = tf.placeholder(tf.int32)
assign = tf.assign(counter, value)
with tf.Session() as sess:
    for step in range(1000):
        sess.run(assign, {value: step})
