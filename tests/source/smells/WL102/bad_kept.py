# Shape: the IMR of the experiment: earlier instances are kept alive.
import keras

kept = []
for epoch in range(50):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(loss="mse")
    model.fit(x, y)
    kept.append(model)  # smell
