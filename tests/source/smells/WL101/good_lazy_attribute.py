# Shape: built at the first turn only.
import keras


class Holder:
    def __init__(self):
        self.model = None

    def get(self):
        if self.model is None:
            self.model = keras.Sequential([keras.layers.Dense(1)])
        return self.model

    def run(self, parts):
        for part in parts:
            self.get().fit(part)
