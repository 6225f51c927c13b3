# Shape: a subclass of keras.Model, built by a nested function that map() calls.
import keras


class Net(keras.Model):
    def call(self, x):
        return x


def sweep(sizes, x, y):
    def once(size):
        net = Net()
        net.fit(x, y)
        return size

    return list(map(once, sizes))  # smell
