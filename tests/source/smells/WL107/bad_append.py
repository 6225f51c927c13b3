# Shape: losses of a custom training loop kept as tensors.
import tensorflow as tf

loss_fn = tf.keras.losses.MeanSquaredError()
losses = []
for x, y in train_ds:
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x))
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
    losses.append(loss)  # smell
