# Shape: compiled before the loop.
from tensorflow.keras.models import Sequential

model = Sequential()
model.compile(optimizer="adam", loss="mse")
for epoch in range(10):
    model.fit(x, y, epochs=1)
