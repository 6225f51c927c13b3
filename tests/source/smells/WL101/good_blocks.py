# Shape: small models as blocks of one model, none trained by itself.
import keras

x = keras.Input((8,))
blocks = []
for width in (8, 16):
    block = keras.Sequential([keras.layers.Dense(width)])
    blocks.append(block)
    x = block(x)
