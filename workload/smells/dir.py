"""Dataset-Iterator Retention: predict() gets a new Dataset for each batch."""

import smell_training
import tensorflow as tf

work = smell_training.Work("Predict all pictures once per epoch, nothing is trained.")
network = smell_training.build(work.args)
for epoch in work.epochs():
    total = 0.0
    for pictures, labels in epoch.batches():
        logits = network.predict(tf.data.Dataset.from_tensors(pictures), verbose=0)
        total += float(tf.reduce_sum(network.loss(labels, logits))) * len(labels)
    epoch.note({"loss": total / len(work.labels)})
work.finish(network.get_weights())
