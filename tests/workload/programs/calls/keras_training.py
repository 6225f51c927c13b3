"""Keras and TensorFlow in the ways that a recorder of calls has to leave alone."""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import numpy as np
import keras
from keras import layers
import tensorflow as tf

keras.utils.set_random_seed(3)
x = np.random.rand(64, 12, 12, 1).astype("float32")
y = np.random.randint(0, 3, 64)


class Note(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        super().on_epoch_end(epoch, logs)
        losses = {k: round(float(v), 6) for k, v in logs.items()}
        print("epoch", epoch, losses, float(tf.reduce_sum(self.model.weights[0])) > -1e9)


class Block(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.conv = layers.Conv2D(units, 3, activation="relu")
        self.pool = layers.MaxPooling2D()

    def call(self, inputs):
        return self.pool(self.conv(inputs))


model = keras.Sequential([keras.Input((12, 12, 1)), Block(4), layers.Flatten(), layers.Dense(3)])
model.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0, callbacks=[Note()])
print(history.history)


def batches():
    for i in range(0, 64, 16):
        yield x[i : i + 16], y[i : i + 16]


ds = tf.data.Dataset.from_generator(
    batches, output_signature=(tf.TensorSpec((16, 12, 12, 1), tf.float32), tf.TensorSpec((16,), tf.int64))
)
print(model.fit(ds.repeat(), steps_per_epoch=4, epochs=1, verbose=0).history)
print(model.fit(batches(), verbose=0).history)


@tf.function
def step(a, n=tf.constant(2)):
    total = tf.zeros(())
    for i in tf.range(n):
        if tf.reduce_sum(a) > 0:
            total += tf.reduce_sum(tf.square(a))
        else:
            total -= tf.reduce_sum(a)
    return total


@tf.function(autograph=False)
def plain(a):
    return tf.reduce_mean(tf.square(a))


print(float(step(tf.ones(3))), float(step(tf.constant([1.0, 2.0, 3.0]))), float(plain(tf.ones(3))))
variable = tf.Variable([1.0, 2.0])
opt = tf.keras.optimizers.SGD(0.1)
for _ in range(3):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(variable**2)
    opt.apply_gradients(zip(tape.gradient(loss, [variable]), [variable]))
print(variable.numpy().tolist(), model.predict(x[:2], verbose=0).tolist())
f = keras.Model(i := keras.Input((4,)), layers.Dense(2, kernel_initializer="ones")(i))
print(f(np.ones((1, 4))).numpy().tolist(), tf.map_fn(lambda e: tf.square(e), tf.range(3)).numpy().tolist())
print(ds.map(lambda a, b: tf.reduce_sum(a)).take(1).as_numpy_iterator().next().dtype)
try:
    model.fit(x, y[:3], verbose=0)
except ValueError as error:
    print(type(error).__name__, str(error).splitlines()[0])
try:
    tf.matmul(tf.ones((2, 3)), tf.ones((2, 3)))
except tf.errors.InvalidArgumentError as error:
    import traceback

    traceback.print_exc(limit=1)
step("a")
