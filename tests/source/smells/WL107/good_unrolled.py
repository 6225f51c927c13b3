# Shape: the outputs of an unrolled recurrent net are needed together.
import tensorflow as tf


def unroll(cell, steps):
    outputs = []
    for x in steps:
        outputs.append(tf.matmul(x, cell))
    return tf.stack(outputs)
