# Shape: compile belongs to the model of the turn; clear_session frees it.
import keras

for rate in rates:
    keras.backend.clear_session()
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(rate), "mse")
    model.fit(x, y)
