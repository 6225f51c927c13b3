# Shape: each model in a process of its own, whose memory the system takes back.
from multiprocessing import Process

import keras


def train(seed):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.fit(x, y)


for seed in range(5):
    process = Process(target=train, args=(seed,))
    process.start()
    process.join()
