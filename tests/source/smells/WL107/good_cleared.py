# Shape: emptied each epoch.
import tensorflow as tf

losses = []
for epoch in range(3):
    for x, y in train_ds:
        loss = tf.reduce_mean(x)
        optimizer.apply_gradients(pairs)
        losses.append(loss)
    losses.clear()
