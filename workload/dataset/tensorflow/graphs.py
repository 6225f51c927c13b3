"""Run the same computation eagerly and as a graph."""

import tensorflow as tf

tf.random.set_seed(2)
matrix = tf.random.normal((500, 500)) / 25.0


def steps(value):
    """Multiply and squash, ten times."""
    for _ in range(10):
        value = tf.tanh(tf.matmul(value, matrix))
    return value


graph = tf.function(steps)
for _ in range(15):
    eager = steps(matrix)
    traced = graph(matrix)
print(float(tf.reduce_max(tf.abs(eager - traced))))
