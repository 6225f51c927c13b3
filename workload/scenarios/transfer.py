"""Train a new last layer on a pretrained net: the published transfer scenario (guldner2021, section 3).

On MobileNet V2, as published: 2,264,389 parameters, of which 6,405 are trained. With random weights the
work is the same, what is learned is not; which it was is in the records. ``--base small`` takes the small
net that comes with its weights (`small_net`), for demonstrations without a network.
"""

import flowers_training
import flowers_weights
import small_net
from flowers_errors import DataError


def create(args):
    """Return the net and its provenance."""
    import keras
    from keras import layers

    edge = args.image_size
    base, provenance = _small(args) if args.base == "small" else _mobilenet(args)
    base.trainable = False
    model = keras.Sequential(
        [
            keras.Input((edge, edge, 3)),
            layers.Rescaling(1 / 127.5, offset=-1),  # what both were trained on
            base,
            layers.Dense(5, activation="softmax"),
        ]
    )
    return model, provenance


def _mobilenet(args):
    import keras

    edge = args.image_size
    weights, provenance = flowers_weights.choose(args.weights, edge)
    base = keras.applications.MobileNetV2(
        input_shape=(edge, edge, 3), include_top=False, pooling="avg", weights=weights
    )
    return base, provenance


def _small(args):
    if args.weights not in ("auto", "random"):
        raise DataError(f"--weights {args.weights}: with --base small expected auto or random")
    base = small_net.create(args.image_size)
    if args.weights == "random":
        return base, {"weights": "random"}
    return base, {"weights": small_net.WEIGHTS.name, "weights_sha256": small_net.load(base)}


if __name__ == "__main__":
    parser = flowers_training.options("Train a last layer on a pretrained net.", target_accuracy=0.85)
    parser.add_argument(
        "--base", choices=("mobilenet_v2", "small"), default="mobilenet_v2", help="net below the last layer"
    )
    parser.add_argument("--weights", default="auto", help="auto, imagenet, random, or a .h5 file")
    flowers_training.main(parser.parse_args(), create)
