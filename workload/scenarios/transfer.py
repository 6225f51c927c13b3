"""Train a new last layer on MobileNet V2: the published transfer scenario (guldner2021, section 3).

2,264,389 parameters, of which 6,405 are trained. With random weights the work is the same, what is
learned is not; which it was stands in the records.
"""

import flowers_training
import flowers_weights


def create(args):
    """Return the net and its provenance."""
    import keras
    from keras import layers

    edge = args.image_size
    weights, provenance = flowers_weights.choose(args.weights, edge)
    base = keras.applications.MobileNetV2(
        input_shape=(edge, edge, 3), include_top=False, pooling="avg", weights=weights
    )
    base.trainable = False
    model = keras.Sequential(
        [
            keras.Input((edge, edge, 3)),
            layers.Rescaling(1 / 127.5, offset=-1),  # what MobileNet V2 was trained on
            base,
            layers.Dense(5, activation="softmax"),
        ]
    )
    return model, provenance


if __name__ == "__main__":
    parser = flowers_training.options("Train a last layer on MobileNet V2.", target_accuracy=0.85)
    parser.add_argument("--weights", default="auto", help="auto, imagenet, random, or a .h5 file")
    flowers_training.main(parser.parse_args(), create)
