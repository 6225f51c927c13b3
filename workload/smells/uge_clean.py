"""The clean twin of uge.py: the operation is made once and fed."""

import smell_linear
import smell_training
import tensorflow.compat.v1 as tf

work = smell_training.Work("Train a linear classifier whose learning rate decays in every step.")
tf.disable_eager_execution()
classifier = smell_linear.Classifier(smell_linear.FIRST_WEIGHTS)
new_rate = tf.placeholder(tf.float32, ())
set_rate = tf.assign(classifier.rate, new_rate)
with tf.Session() as session:
    session.run(classifier.initialise)
    rate = 0.001
    for epoch in work.epochs():
        for pictures, labels in epoch.batches():
            rate *= 0.999
            session.run(set_rate, {new_rate: rate})
            batch = {classifier.pictures: pictures, classifier.labels: labels}
            loss, _ = session.run((classifier.loss, classifier.step), batch)
        epoch.note({"loss": loss})
    work.finish([session.run(classifier.weights)])
