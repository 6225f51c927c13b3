# Shape: an alias of the layer.
from keras.layers import Lambda as L
from keras import ops

layer = L(lambda t: ops.softmax(ops.exp(t)))  # smell
