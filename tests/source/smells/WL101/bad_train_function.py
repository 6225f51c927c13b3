# Shape: the loop calls a function that builds and trains (hyper-parameter search).
from tensorflow import keras


def run(rate):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(rate), "mse")
    return model.fit(x, y).history["loss"][-1]


results = {rate: run(rate) for rate in (0.1, 0.01)}  # smell
