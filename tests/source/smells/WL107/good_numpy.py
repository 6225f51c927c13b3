# Shape: the fixed twin of bad_append.
import tensorflow as tf

loss_fn = tf.keras.losses.MeanSquaredError()
losses = []
for x, y in train_ds:
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x))
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
    losses.append(loss.numpy())
    losses.append(float(loss))
