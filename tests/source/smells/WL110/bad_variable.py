# Shape: variables made per turn.
import tensorflow as tf

with tf.Session() as session:
    for i in range(10):
        v = tf.Variable(i)  # smell
        session.run(v.initializer)
