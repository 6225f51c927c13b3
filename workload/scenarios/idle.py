"""Load the framework and do nothing: the published idle scenario (guldner2021, section 3)."""

import argparse
import os
import time

import wattlab_probe as probe

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def main():
    """Import Keras, which loads its backend, and sleep."""
    parser = argparse.ArgumentParser(description="Load the framework and sleep.")
    parser.add_argument("--seconds", type=float, default=600.0, help="how long to sleep; published: 600")
    seconds = parser.parse_args().seconds
    with probe.action("import"):
        import keras
    probe.provenance(keras=keras.__version__, backend=keras.backend.backend())
    with probe.action("sleep"):
        time.sleep(seconds)


if __name__ == "__main__":
    main()
