# Shape: one model compiled again before each fit.
from tensorflow.keras.models import Sequential

model = Sequential()
for epoch in range(10):
    model.compile(optimizer="adam", loss="mse")  # smell
    model.fit(x, y, epochs=1)
