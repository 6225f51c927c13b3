"""Unbounded Graph Expansion: every step adds operations to the graph that the session runs."""

import smell_linear
import smell_training
import tensorflow.compat.v1 as tf

work = smell_training.Work("Train a linear classifier whose learning rate decays in every step.")
tf.disable_eager_execution()
classifier = smell_linear.Classifier(smell_linear.FIRST_WEIGHTS)
with tf.Session() as session:
    session.run(classifier.initialise)
    rate = 0.001
    for epoch in work.epochs():
        for pictures, labels in epoch.batches():
            rate *= 0.999
            session.run(tf.assign(classifier.rate, rate))
            batch = {classifier.pictures: pictures, classifier.labels: labels}
            loss, _ = session.run((classifier.loss, classifier.step), batch)
        epoch.note({"loss": loss})
    work.finish([session.run(classifier.weights)])
