# Shape: Keras is given a session with options, for the whole program.
import keras.backend as K
import tensorflow as tf


def limit_memory(fraction):
    options = tf.GPUOptions(per_process_gpu_memory_fraction=fraction)
    session = tf.Session(config=tf.ConfigProto(gpu_options=options))
    K.set_session(session)
