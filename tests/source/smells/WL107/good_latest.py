# Shape: a status line shows the last loss, a ring the last hundred.
import tensorflow as tf

status, ring = {}, {}
for step, (x, y) in enumerate(train_ds):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(x) - y))
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
    status["loss"] = loss
    ring[step % 100] = loss
