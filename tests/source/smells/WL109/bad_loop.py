# Shape: one session per turn.
import tensorflow.compat.v1 as tf

for batch in batches:
    sess = tf.Session()  # smell
    print(sess.run(batch))
