"""Pretrained weights of MobileNet V2 where they can be had, without waiting long for a network."""

import os
import socket
import sys
import threading
import urllib.request
from pathlib import Path

from flowers_errors import DataError

# Where keras.applications fetches them from, and the image sizes for which they exist.
_URL = "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/"
_SIZES = (96, 128, 160, 192, 224)

PROBE_LIMIT_S = 4.0
_READ_LIMIT_S = 20.0


def choose(wanted, image_size):
    """Return what to give to Keras as ``weights``, and the provenance of it.

    Args:
        wanted: ``auto`` (ImageNet where possible, else random), ``imagenet``, ``random``, or a file.
        image_size: edge in pixels.

    Raises:
        DataError: the weights that were asked for are not to be had.
    """
    if wanted == "random":
        return None, {"weights": "random"}
    if wanted not in ("auto", "imagenet"):
        if not Path(wanted).is_file():
            raise DataError(f"--weights {wanted}: expected auto, imagenet, random or a file of weights")
        return wanted, {"weights": Path(wanted).name}
    path, reason = _imagenet(image_size)
    if path is not None:
        return path, {"weights": "imagenet"}
    if wanted == "imagenet":
        raise DataError(f"--weights imagenet: {reason}. Put the file there, or use --weights random")
    print(f"ImageNet weights are not to be had ({reason}); random weights instead", file=sys.stderr)
    return None, {"weights": "random", "weights_reason": reason}


def _imagenet(image_size):
    """Return the file of weights or ``None``, and why there is none."""
    import keras

    rows = image_size if image_size in _SIZES else 224  # as Keras itself chooses
    name = f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_{rows}_no_top.h5"
    kept = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "models" / name
    if kept.is_file():
        return str(kept), ""
    reason = _why_unreachable(_URL + name)
    if reason:
        return None, f"Keras has no {name} yet, and {reason}"
    socket.setdefaulttimeout(_READ_LIMIT_S)
    try:
        return keras.utils.get_file(name, _URL + name, cache_subdir="models"), ""
    except Exception as error:  # get_file raises a bare Exception for whatever went wrong
        return None, f"Keras has no {name} yet, and the download failed: {error}"
    finally:
        socket.setdefaulttimeout(None)


def _why_unreachable(url):
    """Ask for the head of a page in a bounded time; looking up a name alone may hang for minutes."""
    outcome = []

    def ask():
        try:
            request = urllib.request.Request(url, method="HEAD")
            with urllib.request.urlopen(request, timeout=PROBE_LIMIT_S):
                outcome.append("")
        except (OSError, ValueError) as error:
            outcome.append(f"the network says: {getattr(error, 'reason', error)}")

    asker = threading.Thread(target=ask, daemon=True)
    asker.start()
    asker.join(PROBE_LIMIT_S)
    return outcome[0] if outcome else f"the network does not answer within {PROBE_LIMIT_S:g} s"
