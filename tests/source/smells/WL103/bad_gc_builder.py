# Shape: the same by a builder and a name imported from gc.
from gc import collect

from tensorflow.keras.models import Sequential


def build():
    return Sequential()


for run in range(5):
    net = build()  # smell
    net.fit(x, y)
    collect()
