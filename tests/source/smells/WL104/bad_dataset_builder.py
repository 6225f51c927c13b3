# Shape: the pipeline comes from a function.
import tensorflow as tf


def pipeline(path):
    return tf.data.TFRecordDataset(path).map(parse).batch(8)


def train(model):
    for epoch in range(50):
        ds = pipeline("train.tfrecord")  # smell
        model.fit(ds, epochs=1)
