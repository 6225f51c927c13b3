"""Datasets, tensors, files and images that are made or kept in a loop."""

from collections.abc import Iterator

from source.flow.module import ModuleFlow
from source.flow.values import Call, Loop, Value
from source.smells.queries import calls, invariant, is_released, outlives, puts, replaces, turns
from source.smells.rule import Hit, Rule

_KEEPS = ("append", "extend", "item")
_TRAINS = frozenset(("apply_gradients", "train_on_batch", "fit", "minimize", "gradient"))


def _dataset_of_turn(call: Call, method: tuple[str, ...]) -> tuple[Value, Loop] | None:
    """Return the dataset that is made in the turn in which a model from outside of the loop gets it."""
    receiver = call.receiver
    if call.method not in method or receiver is None or receiver.kind not in ("model", "parameter", "self"):
        return None
    loops = turns(call)
    given = [
        *call.arguments[:1],
        *(call.keywords[key] for key in ("x", "validation_data") if key in call.keywords),
    ]
    if not loops or loops[-1] in receiver.loops:
        return None
    for value in given:
        if value.kind == "dataset" and loops[-1] in value.loops:
            return _root(value, loops[-1]), loops[-1]
    return None


def _root(value: Value, loop: Loop) -> Value:
    while True:
        before = next((one for one in value.sources if one.kind == "dataset" and loop in one.loops), None)
        if before is None:
            return value
        value = before


def unclosed_resources(flow: ModuleFlow) -> Iterator[Hit]:
    """The same dataset built again for each fit of one model."""
    for call in calls(flow):
        found = _dataset_of_turn(call, ("fit", "evaluate"))
        if found and found[0].node is not None and invariant(found[0].node, found[1]):
            yield Hit(found[0].node, "the same tf.data pipeline is built in every turn for one model")


def iterator_retention(flow: ModuleFlow) -> Iterator[Hit]:
    """Datasets from memory made for each predict()."""
    for call in calls(flow):
        found = _dataset_of_turn(call, ("predict",))
        if found and found[0].node is not None and "from_" in found[0].api:
            yield Hit(call.node, "predict() gets a new tf.data.Dataset in every turn")


def constants_per_turn(flow: ModuleFlow) -> Iterator[Hit]:
    """The same array made a constant again and again."""
    for call in calls(flow):
        if (
            call.api in ("tensorflow.constant", "tensorflow.convert_to_tensor")
            and turns(call)
            and call.arguments
        ):
            array = call.arguments[0].kind in ("array", "arrays")
            if array and call.origin is None and invariant(call.node, turns(call)[-1]):
                yield Hit(call.node, "the same array is copied into a constant in every turn")


def kept_tensors(flow: ModuleFlow) -> Iterator[Hit]:
    """Tensors of each training step kept in a container that outlives the loop."""
    trains = [call for call in calls(flow) if call.method in _TRAINS]
    for event in puts(flow):
        tensors = any(value.kind == "tf-tensor" for value in event.value.items or (event.value,))
        kept = tensors and event.how in _KEEPS and not event.container.escapes and not replaces(event)
        if not kept or not outlives(event.container, event) or is_released(flow, event.container, event):
            continue
        fresh = any(loop in event.loops for loop in event.container.loops)
        if not fresh and any(turns(call) == turns(event) for call in trains):
            yield Hit(event.node, "a tensor of every step is kept in a container that outlives the loop")


def image_buffers(flow: ModuleFlow) -> Iterator[Hit]:
    """Open files or images kept in a container."""
    for event in puts(flow):
        if (
            event.value.kind != "file"
            or event.how not in ("append", "item")
            or event.value.place == ("with", "")
        ):
            continue
        if not outlives(event.container, event) or replaces(event) or invariant(event.node, turns(event)[-1]):
            continue
        if not _is_closed(flow) and not is_released(flow, event.container, event):
            yield Hit(event.node, "an open file or image of every turn is kept in a container")


def _is_closed(flow: ModuleFlow) -> bool:
    """Return whether anything is closed that may be a file; load() of an image also closes its file."""
    own = [call for call in calls(flow) if call.receiver is not None]
    return any(call.method == "close" or (call.method == "load" and not call.arguments) for call in own)


RULES = (
    Rule(
        "WL104",
        "Unclosed Resources",
        "UR",
        ("TensorFlow", "Keras"),
        "Build the dataset once before the loop, or call fit(epochs=n) once.",
        "Each pipeline is traced again and holds threads and buffers until it is collected.",
        "Only pipelines that need nothing of the turn, and only where the model is older than "
        "the loop. A fit() in "
        "a loop alone is ordinary; files that a name gives up are closed by CPython.",
        unclosed_resources,
    ),
    Rule(
        "WL105",
        "Dataset-Iterator Retention",
        "DIR",
        ("TensorFlow",),
        "Call the model itself on a tensor, or make one dataset of all that is to be predicted.",
        "Each predict() makes iterators and functions for the new dataset; memory grows with the calls.",
        "Datasets from files are not reported, nor those of a model that is built in the same turn.",
        iterator_retention,
    ),
    Rule(
        "WL106",
        "Graph-Constant Bottleneck",
        "GCB",
        ("TensorFlow",),
        "Make the constant before the loop, or feed the array by tf.data or a placeholder.",
        "The array is copied in every turn; in a graph each copy becomes a node that is never freed.",
        "Only arrays of NumPy, OpenCV or keras.datasets that need nothing of the turn.",
        constants_per_turn,
    ),
    Rule(
        "WL107",
        "Unreleased Tensor Reference",
        "UTR",
        ("TensorFlow", "Keras"),
        "Keep float(loss) or loss.numpy(), update a keras.metrics.Mean, or empty the container each epoch.",
        "Each tensor stays in the memory of its device as long as the container lives.",
        "Only in the innermost loop that trains, and only where the container is older than all "
        "its loops and is not returned or handed on. A name that gets a new value frees the old "
        "one, and is not reported.",
        kept_tensors,
    ),
    Rule(
        "WL108",
        "Image Buffer Accumulation",
        "IBA",
        ("TensorFlow",),
        "Open images in a with statement and keep the array, or stream them by tf.data.",
        "Each entry holds an open file and its buffer.",
        "Silent where anything in the file but a plot is closed by close() or read by load(), and on "
        "copies and converted images.",
        image_buffers,
    ),
)
