# Shape: the SPU snippet of the taxonomy, a builder function called in a loop.
from tensorflow.keras import Sequential, layers


def create_model(units):
    model = Sequential([layers.Dense(units), layers.Dense(1)])
    model.compile(loss="mse")
    return model


for units in (8, 16, 32):
    model = create_model(units)  # smell
    model.fit(x, y, epochs=5)
