# Shape: each turn begins a new default graph.
import tensorflow as tf

for size in (1, 16):
    tf.reset_default_graph()
    users = tf.placeholder(tf.int32, shape=(None,))
    doubled = tf.multiply(users, 2)
    with tf.Session() as session:
        session.run(doubled, feed_dict={users: [1] * size})
