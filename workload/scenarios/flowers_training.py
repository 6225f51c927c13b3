"""One training run as published: prepare images, create net, train, evaluate, export, clean up.

The procedure of guldner2021, section 3: adam, at most 100 epochs or until the target validation
accuracy is reached, export of architecture and history, then everything as it was before.
"""

import argparse
import json
import math
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import wattlab_probe as probe
from flowers_errors import DataError

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

EXIT_DATA = 2

_SINGLE_PRECISION = 1e-6
"""Accuracies are single-precision numbers: 36 of 40 are a little less than 0.9."""


def options(description, target_accuracy):
    """Return the parser of the options that both scenarios have."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--image-size", type=int, default=224, help="edge in pixels")
    parser.add_argument("--images", type=int, help="pictures to use in all; else all there are")
    parser.add_argument("--target-accuracy", type=float, default=target_accuracy, help="of validation")
    parser.add_argument("--max-epochs", type=int, default=100)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=0.001, help="of Adam")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", default="auto", help="folder or archive of tf_flowers; auto; generated")
    parser.add_argument("--save-model", action="store_true", help="export the trained weights as well")
    return parser


def main(args, create):
    """Run the scenario and exit.

    Args:
        args: the options.
        create: function of the options that returns the net and a dictionary of provenance.
    """
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # so that we clean up
    work = Path(tempfile.mkdtemp(prefix="wattlab-flowers-"))
    try:
        _run(args, create, work)
    except DataError as error:
        print(f"DataError: {error}", file=sys.stderr)
        sys.exit(EXIT_DATA)
    finally:
        with probe.action("clean up"):
            shutil.rmtree(work)


def _run(args, create, work):
    with probe.action("import"):
        import flowers_data
        import keras
    keras.utils.set_random_seed(args.seed)
    with probe.action("prepare images"):
        facts = flowers_data.prepare(args.data, args.images, args.image_size, args.seed, work)
        training, validation = _batches(args, work)
    with probe.action("create net"):
        model, weights = create(args)
        adam = keras.optimizers.Adam(args.learning_rate)
        model.compile(adam, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    facts |= {**weights, "image_size": args.image_size, "seed": args.seed}
    probe.provenance(**facts, keras=keras.__version__, backend=keras.backend.backend())
    with probe.action("train"):
        history = _train(model, training, validation, args)
    with probe.action("evaluate"):
        epochs = len(history["loss"])
        _evaluate(model, validation, samples=epochs * len(training.paths), epochs=epochs)
    with probe.action("export"):
        _export(model, history, {**facts, "epochs": epochs}, args.save_model)


def _batches(args, work):
    from flowers_batches import Augmentation, FlowerBatches

    size, count = args.image_size, args.batch_size
    training = FlowerBatches(work / "train", size, count, args.seed, Augmentation())
    return training, FlowerBatches(work / "validation", size, count)


def _train(model, training, validation, args):
    import keras

    class StopAtTarget(keras.callbacks.Callback):
        """End the training once the validation accuracy is reached."""

        def on_epoch_end(self, epoch, logs=None):
            if logs["val_accuracy"] >= args.target_accuracy - _SINGLE_PRECISION:
                self.model.stop_training = True

    fitted = model.fit(
        training,
        validation_data=validation,
        epochs=args.max_epochs,
        verbose=2,
        callbacks=[StopAtTarget(), probe.keras_callback(samples=len(training.paths))],
    )
    return {name: [float(value) for value in values] for name, values in fitted.history.items()}


def _evaluate(model, validation, **counts):
    from flowers_data import CLASSES
    from flowers_metrics import scores

    predicted = model.predict(validation, verbose=0).argmax(axis=1)
    probe.useful_work(**scores(validation.labels, predicted, len(CLASSES)), **counts)


def _export(model, history, facts, save_model):
    """Write architecture, history and a summary to ``model/`` of the run, or of the working folder."""
    folder = Path(os.environ.get("WATTLAB_RUN_DIR", ".")) / "model"
    folder.mkdir(exist_ok=True)
    (folder / "architecture.json").write_text(model.to_json(indent=2), encoding="utf-8")
    (folder / "history.json").write_text(json.dumps(history, indent=2), encoding="utf-8")
    trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    summary = {"parameters": model.count_params(), "trainable_parameters": trainable, **facts}
    (folder / "summary.json").write_text(json.dumps(summary, indent=2), encoding="utf-8")
    if save_model:
        model.save(folder / "model.keras")
