"""Epochs of Lightning, of Hugging Face's Trainer and of Keras on jax: the launcher adds their own callbacks.

The real packages are tested where an environment has them; everywhere else stand-ins have the classes
and the order of hooks that the launcher relies on.
"""

import json

import pytest
from measured_environments import python_or_skip
from workload_processes import PROBE_DIR, PROGRAMS

from records.events import read_events

STAND_INS = f"{PROBE_DIR}:{PROGRAMS / 'stand_ins'}"

LIGHTNING = """
import lightning
trainer = lightning.Trainer(max_epochs=2)
trainer.fit(lambda epoch: {"loss": 1.0 - epoch / 4, "val_loss": 2.0})
assert trainer.callbacks == []
"""

TRANSFORMERS = """
from transformers import Trainer
trainer = Trainer(lambda epoch: 1.0 - epoch / 4, 2, after_epoch=%s)
trainer.train()
assert trainer.callbacks == []
"""


def told(span):
    """Return what an epoch holds besides the memory of its process, which has to be there."""
    data = dict(span.data)
    assert data.pop("rss_mib") > 1
    return data


@pytest.fixture
def launched(run_python, run_dir):
    """Run a script through the launcher with the stand-ins; return its spans."""

    def launch(code):
        script = run_dir / "script.py"
        script.write_text(code)
        done = run_python("-m", "wattlab_probe", str(script), PYTHONPATH=STAND_INS)
        assert (done.returncode, done.stderr) == (0, "")
        return read_events(run_dir / "events.jsonl").spans()

    return launch


def test_a_training_with_lightning_is_an_action_with_its_epochs(launched):
    train, *epochs = launched(LIGHTNING)
    assert (train.span, train.name) == ("action", "train")
    assert [epoch.parent for epoch in epochs] == [train.id] * 2
    assert [told(epoch) for epoch in epochs] == [
        {"epoch": 1, "loss": 1.0, "val_loss": 2.0},
        {"epoch": 2, "loss": 0.75, "val_loss": 2.0},
    ]


@pytest.mark.parametrize("steps", [(), ("log",), ("log", "evaluate"), ("log", "evaluate", "save")])
def test_an_epoch_of_a_hugging_face_trainer_holds_what_follows_it(launched, steps):
    train, *epochs = launched(TRANSFORMERS % (steps,))
    assert [(epoch.parent, epoch.data["epoch"]) for epoch in epochs] == [(train.id, 1), (train.id, 2)]
    assert [epoch.data.get("loss") for epoch in epochs] == ([1.0, 0.75] if "log" in steps else [None] * 2)
    assert [epoch.data.get("val_loss") for epoch in epochs] == (
        [2.0, 1.5] if "evaluate" in steps else [None] * 2
    )
    assert epochs[0].t_stop_mono_s <= epochs[1].t_start_mono_s


def test_a_step_that_was_due_but_did_not_come_ends_the_epoch_with_the_next(launched):
    code = (TRANSFORMERS % (("log", "save"),)).replace(
        "trainer.train()", "trainer._after_epoch = lambda loss: None\ntrainer.train()"
    )
    _, first, second = launched(code)
    assert (told(first), told(second)) == ({"epoch": 1}, {"epoch": 2})
    assert first.t_stop_mono_s <= second.t_start_mono_s and second.t_stop_mono_s is not None


@pytest.mark.parametrize(
    "code", [LIGHTNING.replace("1.0 -", "1 // 0 -"), TRANSFORMERS.replace("1.0 -", "1 // 0 -")]
)
def test_a_training_that_fails_closes_its_epoch_and_fails_as_without_the_launcher(run_python, run_dir, code):
    script = run_dir / "script.py"
    script.write_text(code.replace("%s", "()"))
    plain = run_python(str(script), PYTHONPATH=STAND_INS, WATTLAB_EVENTS="")
    launched = run_python("-m", "wattlab_probe", str(script), PYTHONPATH=STAND_INS)
    assert (launched.returncode, launched.stderr) == (plain.returncode, plain.stderr)
    train, epoch = read_events(run_dir / "events.jsonl").spans()
    assert train.data == {"error": "ZeroDivisionError"}
    assert told(epoch) == {"epoch": 1, "error": "ZeroDivisionError"}


def test_a_trainer_can_be_sent_to_other_processes_while_it_trains(launched):
    code = """
import pickle, lightning, wattlab_probe as probe
class Sent(lightning.Trainer):
    def fit(self, model):
        pickle.loads(pickle.dumps(self.callbacks))
        super().fit(model)
trainer = Sent(2, callbacks=[probe.lightning_callback(rank=0)])
trainer.fit(lambda epoch: {})
"""
    assert [told(span) for span in launched(code) if span.span == "epoch" and "rank" in span.data] == [
        {"epoch": 1, "rank": 0},
        {"epoch": 2, "rank": 0},
    ]


@pytest.mark.slow
@pytest.mark.parametrize("framework", ["lightning", "transformers"])
def test_an_unmodified_script_of_the_real_package_gets_its_epochs_and_behaves_the_same(
    run_python, run_dir, framework
):
    python, script = python_or_skip("torch"), str(PROGRAMS / f"unmodified_{framework}.py")
    plain = run_python(script, python=python)
    launched = run_python("-m", "wattlab_probe", script, python=python)
    assert launched.returncode == plain.returncode == 0, launched.stderr
    printed = [json.loads(done.stdout.splitlines()[-1]) for done in (plain, launched)]
    assert printed[0] == printed[1]
    train, *epochs = read_events(run_dir / "events.jsonl").spans()
    assert [(epoch.parent, epoch.data["epoch"]) for epoch in epochs] == [(train.id, n) for n in (1, 2, 3)]
    assert [epoch.data["val_loss"] for epoch in epochs] == printed[0]["val_loss"]
    assert all(epoch.data["loss"] > 0 for epoch in epochs)
