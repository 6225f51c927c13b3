# Shape: built in the call.
from tensorflow import data, keras

net = keras.Sequential()
while True:
    net.fit(data.Dataset.from_tensor_slices(pairs).batch(8))  # smell
