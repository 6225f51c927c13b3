"""Keras models that are built, compiled or kept again and again in a loop."""

import ast
from collections.abc import Iterator

from source.flow.module import ModuleFlow
from source.flow.values import Call, Released, Stored, Value
from source.smells.queries import calls, is_of, made_in, puts, share_a_turn, turns, within
from source.smells.rule import Hit, Rule

_USED = frozenset(("fit", "train_on_batch", "predict", "evaluate", "test_on_batch", "predict_on_batch"))
_TF = ("TensorFlow", "Keras")


def _built_per_turn(flow: ModuleFlow) -> Iterator[Call]:
    """Give the calls that build a model in every turn, which is then trained or used in that turn."""
    used = [call for call in calls(flow) if call.method in _USED and call.receiver is not None]
    for call in calls(flow):
        if made_in(call, "model") and "tensorflow.Graph.as_default" not in call.contexts:
            here = [use for use in used if is_of(use.receiver, call.result) and within(use, call)]
            if here:
                yield call


def _cleared(flow: ModuleFlow, call: Call, api: str) -> bool:
    return any(other.api == api and share_a_turn(call, other) for other in calls(flow))


def _deleted(flow: ModuleFlow, call: Call) -> bool:
    return any(
        isinstance(event, Released) and event.place == call.result.place and share_a_turn(call, event)
        for event in flow.events
    )


def _kept(flow: ModuleFlow, call: Call) -> Stored | None:
    """Return where the model is put that a call makes, by itself or in functions that it calls."""
    return next((event for event in puts(flow) if _is_made_by(event.value, call)), None)


def _is_made_by(value: Value, call: Call) -> bool:
    return is_of(value, call.result) or (value.kind == "model" and value.node is call.node)


def session_pile_up(flow: ModuleFlow) -> Iterator[Hit]:
    """Models built in a loop, and nothing in it that frees them."""
    for call in _built_per_turn(flow):
        freed = _cleared(flow, call, "keras.clear_session") or _cleared(flow, call, "gc.collect")
        if not freed and _kept(flow, call) is None:
            yield Hit(
                call.node, "a Keras model is built in every turn of a loop, and no clear_session() is in it"
            )


def only_collected(flow: ModuleFlow) -> Iterator[Hit]:
    """Models built in a loop that only collects garbage."""
    for call in _built_per_turn(flow):
        collected = _cleared(flow, call, "gc.collect") and not _cleared(flow, call, "keras.clear_session")
        if collected and not _deleted(flow, call):
            yield Hit(call.node, "a model is built in every turn; gc.collect() alone does not free its graph")


def improper_reuse(flow: ModuleFlow) -> Iterator[Hit]:
    """Models kept in a container that nothing reads, and models compiled again in every turn."""
    for call in _built_per_turn(flow):
        kept = _kept(flow, call)
        if kept is not None and _never_read(flow, kept):
            yield Hit(kept.node, "every model of the loop is kept in a container that nothing reads")
    for call in calls(flow):
        if (
            call.method == "compile"
            and call.origin is None
            and call.receiver is not None
            and call.receiver.kind == "model"
            and turns(call)
        ):
            trained = any(
                use.method == "fit" and use.receiver is call.receiver and within(use, call)
                for use in calls(flow)
            )
            if trained and turns(call)[-1] not in call.receiver.loops and not call.conditional:
                yield Hit(
                    call.node, "the same model is compiled in every turn, which builds its functions anew"
                )


def _never_read(flow: ModuleFlow, kept: Stored) -> bool:
    place = kept.container.place
    if place is None or place[0] != "name" or kept.container.escapes:
        return False
    reads = [
        part
        for part in ast.walk(flow.file.tree)
        if isinstance(part, ast.Name) and part.id == place[1] and isinstance(part.ctx, ast.Load)
    ]
    return len(reads) == len({event.node for event in puts(flow) if event.container is kept.container})


RULES = (
    Rule(
        "WL101",
        "Session Pile-Up",
        "SPU",
        _TF,
        "Build the model once before the loop, or call keras.backend.clear_session() at its head, which "
        "reduces the growth.",
        "Each model adds to the global state of Keras. Memory grows with every turn, and later turns "
        "are slower. Public reports show that clear_session reduces the growth and does not always end it.",
        "Reported only where the model is also trained or used in that turn; silent on ensembles "
        "(models that are kept and read), in a tf.Graph of its own, and where the model is built "
        "in another process.",
        session_pile_up,
    ),
    Rule(
        "WL102",
        "Improper Model Reuse",
        "IMR",
        ("Keras",),
        "Build and compile once before the loop; do not keep models that are not needed again.",
        "Earlier models and their graphs stay alive. compile() discards the traced functions, so that "
        "each fit() traces them again.",
        "The pure reuse of one model is ordinary and not reported, nor is compile() under a condition.",
        improper_reuse,
    ),
    Rule(
        "WL103",
        "GPU Released Memory Failure",
        "GRMF",
        ("TensorFlow",),
        "Delete the model, call clear_session(), which reduces the growth, then gc.collect().",
        "The global state of Keras still refers to the layers, so that collecting garbage frees little, "
        "and the memory of the GPU stays taken.",
        "Silent where the name of the model is also deleted.",
        only_collected,
    ),
)
