"""The clean twin of us.py: graph and session of an epoch end with it."""

import smell_linear
import smell_training
import tensorflow.compat.v1 as tf

work = smell_training.Work("Train a linear classifier with a session for each epoch.")
tf.disable_eager_execution()


def train(epoch, weights):
    """Train one epoch and return the weights."""
    with tf.Graph().as_default(), tf.Session() as session:
        classifier = smell_linear.Classifier(weights)
        session.run(classifier.initialise)
        for pictures, labels in epoch.batches():
            batch = {classifier.pictures: pictures, classifier.labels: labels}
            loss, _ = session.run((classifier.loss, classifier.step), batch)
        epoch.note({"loss": loss})
        return session.run(classifier.weights)


weights = smell_linear.FIRST_WEIGHTS
for epoch in work.epochs():
    weights = train(epoch, weights)
work.finish([weights])
