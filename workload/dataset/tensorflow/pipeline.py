"""Read records through a pipeline of tf.data."""

import tensorflow as tf

numbers = tf.data.Dataset.range(100_000)
pipeline = numbers.map(lambda n: tf.cast(n, tf.float32) ** 0.5).shuffle(10_000, seed=3).batch(256).prefetch(2)
total = tf.constant(0.0)
for batch in pipeline:
    total += tf.reduce_sum(batch)
print(f"{float(total):.0f}")
