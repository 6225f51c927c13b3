"""What the flow knows of values: where they were made, what they carry, what became of them."""

from pathlib import Path

import pytest
from flows import flow_of

from source.flow.module import ModuleFlow
from source.flow.values import Call, Stored

TRAINING = """
import torch
from torch import nn

def train(model, loader, optimizer):
    criterion = nn.CrossEntropyLoss()
    kept = []
    for x, y in loader:
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        kept.append({stored})
"""


def stored(flow: ModuleFlow) -> Stored:
    return next(event for event in flow.events if isinstance(event, Stored))


@pytest.mark.parametrize(
    ("expression", "attached"),
    [
        ("loss", True),
        ("loss * 2", True),
        ("(x, loss)", True),
        ("loss.mean()", True),
        ("loss.item()", False),
        ("loss.detach()", False),
        ("loss.detach().cpu()", False),
        ("float(loss)", False),
        ("loss.data", False),
        ("loss.cpu().detach().numpy()", False),
    ],
)
def test_what_a_loss_leaves_attached(tmp_path: Path, expression: str, attached: bool) -> None:
    event = stored(flow_of(tmp_path, TRAINING.replace("{stored}", expression)))
    assert event.value.attached is attached
    assert len(event.loops) == 1 and event.container.loops == ()


def test_nothing_is_attached_without_gradients(tmp_path: Path) -> None:
    program = """
        import torch.nn as nn
        net = nn.Linear(2, 2)
        @torch.no_grad()
        def f(x):
            out = []
            out.append(net(x))
        """
    assert not stored(flow_of(tmp_path, program)).value.attached


def test_a_builder_in_a_loop_makes_a_model_each_turn(tmp_path: Path) -> None:
    program = """
        import keras
        def build():
            model = keras.Sequential()
            return model
        for _ in range(3):
            model = build()
        """
    made = [e for e in flow_of(tmp_path, program).events if isinstance(e, Call) and e.result.kind == "model"]
    assert [len(event.loops) for event in made if event.node.lineno == 7] == [1, 1]  # type: ignore[attr-defined]


def test_recursion_ends(tmp_path: Path) -> None:
    flow_of(tmp_path, "def f(n):\n    return g(n)\ndef g(n):\n    return f(n - 1)\nf(3)\n")


def test_a_container_given_to_a_function_is_followed(tmp_path: Path) -> None:
    program = """
        import torch
        def step(loss, history):
            loss.backward()
            history.append(loss)
        kept = []
        for x in range(3):
            step(torch.ones(1), kept)
        """
    flow = flow_of(tmp_path, program)
    seen = [event for event in flow.events if isinstance(event, Stored) and event.origin is not None]
    assert [(event.container.place, len(event.loops)) for event in seen] == [(("name", "kept"), 1)]


def test_a_deque_with_a_limit_is_bounded(tmp_path: Path) -> None:
    program = "from collections import deque\nd = deque(maxlen=3)\nfor x in range(3):\n    d.append(x)\n"
    assert stored(flow_of(tmp_path, program)).container.kind == "bounded"
