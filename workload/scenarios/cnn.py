"""Train a small convolutional net from nothing: the published CNN scenario (guldner2021, section 3).

25,716,773 parameters at the published image size of 224 pixels.
"""

import flowers_training


def create(args):
    """Return the net and its provenance."""
    import keras
    from keras import layers

    edge = args.image_size
    model = keras.Sequential(
        [
            keras.Input((edge, edge, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dense(5, activation="softmax"),
        ]
    )
    return model, {"weights": "from scratch"}


if __name__ == "__main__":
    parser = flowers_training.options("Train the published CNN on flowers.", target_accuracy=0.80)
    flowers_training.main(parser.parse_args(), create)
