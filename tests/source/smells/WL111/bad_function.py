# Shape: a named function of several operations.
import keras
import keras.backend as K


def distance(pair):
    a, b = pair
    return K.sqrt(K.sum(K.square(a - b)))


layer = keras.layers.Lambda(distance)  # smell
