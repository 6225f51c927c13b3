"""The paper's scenarios: exact nets, all actions in order, and what they say of data and weights."""

import json
import signal

import pytest
from workload_processes import ROOT, wait_until

from records.events import read_events
from records.rows.families import USEFUL_WORK

pytestmark = pytest.mark.tensorflow

SCENARIOS = ROOT / "workload" / "scenarios"
ACTIONS = ["import", "prepare images", "create net", "train", "evaluate", "export", "clean up"]

COUNT = """
import sys, types, json
sys.path.insert(0, {scenarios!r})
import cnn, transfer
args = types.SimpleNamespace(image_size=224, weights="random", base="mobilenet_v2")
nets = [cnn.create(args)[0], transfer.create(args)[0]]
count = lambda weights: sum(int(w.value.numpy().size) for w in weights)
print(json.dumps([[net.count_params(), count(net.trainable_weights)] for net in nets]))
"""


def test_the_nets_have_the_published_numbers_of_parameters(run_python, cpu_python):
    done = run_python("-c", COUNT.format(scenarios=str(SCENARIOS)), python=cpu_python)
    assert done.returncode == 0, done.stderr
    # guldner2021, section 4: CNN 25,716,773; adapted MobileNet 2,264,389 of which 6,405 trainable
    assert json.loads(done.stdout) == [[25_716_773, 25_716_773], [2_264_389, 6_405]]


def test_a_training_run_writes_every_action_and_epoch_and_cleans_up(
    run_python, run_dir, cpu_python, tmp_path
):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    options = "--image-size 32 --images 40 --max-epochs 2 --target-accuracy 1 --data generated --seed 5"
    done = run_python(str(SCENARIOS / "cnn.py"), *options.split(), python=cpu_python, TMPDIR=str(scratch))
    assert done.returncode == 0, done.stderr

    events = read_events(run_dir / "events.jsonl")
    spans = events.spans()
    assert [span.name for span in spans if span.span == "action"] == ACTIONS
    assert all(span.t_stop_utc_s is not None and "error" not in span.data for span in spans)
    epochs = [span for span in spans if span.span == "epoch"]
    train = next(span for span in spans if span.name == "train")
    assert [(e.parent, e.data["epoch"], e.data["samples"]) for e in epochs] == [
        (train.id, 1, 30),
        (train.id, 2, 30),
    ]
    history = json.loads((run_dir / "model" / "history.json").read_text())
    assert history["val_accuracy"] == [e.data["val_accuracy"] for e in epochs]
    assert history.keys() == {"loss", "accuracy", "val_loss", "val_accuracy"}

    marks = {event.name: event.data for event in events.events if event.event == "mark"}
    assert marks["provenance"]["dataset"] == "generated"
    assert marks["provenance"]["dataset_images"] == 40
    assert marks["provenance"]["weights"] == "from scratch"
    work = marks["useful_work"]
    assert set(work) <= set(USEFUL_WORK)
    assert work["val_accuracy"] == pytest.approx(history["val_accuracy"][-1])
    assert (work["correct"], work["samples"]) == (round(work["val_accuracy"] * 10), 60)

    summary = json.loads((run_dir / "model" / "summary.json").read_text())
    architecture = json.loads((run_dir / "model" / "architecture.json").read_text())
    assert summary["parameters"] == summary["trainable_parameters"] == 550_949
    assert architecture["class_name"] == "Sequential"
    assert not (run_dir / "model" / "model.keras").exists()
    assert list(scratch.iterdir()) == []


@pytest.mark.slow
def test_training_stops_at_the_target(run_python, run_dir, cpu_python):
    options = "--image-size 32 --images 40 --max-epochs 5 --target-accuracy 0.01 --data generated"
    done = run_python(str(SCENARIOS / "cnn.py"), *options.split(), python=cpu_python)
    assert done.returncode == 0, done.stderr
    spans = read_events(run_dir / "events.jsonl").spans()
    assert [span.data["epoch"] for span in spans if span.span == "epoch"] == [1]


@pytest.mark.slow
def test_transfer_says_that_its_weights_are_random(run_python, run_dir, cpu_python):
    options = "--image-size 96 --images 20 --max-epochs 1 --data generated --weights random"
    done = run_python(str(SCENARIOS / "transfer.py"), *options.split(), python=cpu_python)
    assert done.returncode == 0, done.stderr
    events = read_events(run_dir / "events.jsonl")
    assert [span.name for span in events.spans() if span.span == "action"] == ACTIONS
    facts = next(event.data for event in events.events if event.name == "provenance")
    assert (facts["weights"], facts["dataset"]) == ("random", "generated")
    summary = json.loads((run_dir / "model" / "summary.json").read_text())
    assert (summary["parameters"], summary["trainable_parameters"]) == (2_264_389, 6_405)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--data", "nowhere"], "DataError: --data nowhere: expected a folder, an archive"),
        (["--data", "generated", "--images", "5"], "raise --images"),
    ],
)
def test_unusable_data_ends_with_a_message_and_leaves_nothing(
    run_python, cpu_python, tmp_path, options, message
):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    done = run_python(
        str(SCENARIOS / "cnn.py"), "--image-size", "32", *options, python=cpu_python, TMPDIR=str(scratch)
    )
    assert done.returncode == 2
    assert message in done.stderr and "Traceback" not in done.stderr
    assert list(scratch.iterdir()) == []


@pytest.mark.slow
def test_unreachable_weights_are_refused_when_they_were_asked_for(run_python, cpu_python, tmp_path):
    options = "--image-size 96 --images 20 --data generated --weights imagenet"
    nobody = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    done = run_python(
        str(SCENARIOS / "transfer.py"),
        *options.split(),
        python=cpu_python,
        KERAS_HOME=str(tmp_path),
        **nobody,
    )
    assert done.returncode == 2
    assert "--weights imagenet" in done.stderr and "--weights random" in done.stderr


def test_idle_loads_the_framework_and_sleeps(run_python, run_dir, cpu_python):
    done = run_python(str(SCENARIOS / "idle.py"), "--seconds", "0.5", python=cpu_python)
    assert done.returncode == 0, done.stderr
    spans = read_events(run_dir / "events.jsonl").spans()
    assert [span.name for span in spans] == ["import", "sleep"]
    assert spans[1].t_stop_mono_s - spans[1].t_start_mono_s >= 0.5


@pytest.mark.slow
def test_an_aborted_training_cleans_up(start, run_dir, cpu_python, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    options = "--image-size 32 --images 40 --max-epochs 1000000 --target-accuracy 2 --data generated"
    command = [str(cpu_python), str(SCENARIOS / "cnn.py"), *options.split()]
    runner = start(*command, variables={"TMPDIR": str(scratch)})
    runner.read_line()
    log = run_dir / "stdout.log"
    wait_until(lambda: "Epoch 3/" in log.read_text(), "it trains")
    runner.process.send_signal(signal.SIGTERM)
    result = runner.result()
    assert (result["aborted"], result["exit_code"]) == (True, 128 + signal.SIGTERM)
    assert list(scratch.iterdir()) == []
    spans = {span.name: span for span in read_events(run_dir / "events.jsonl").spans()}
    assert spans["train"].data["error"] == "SystemExit"
    assert spans["clean up"].t_stop_utc_s is not None


@pytest.mark.slow
def test_a_small_net_learns_the_drawn_flowers(run_python, run_dir, cpu_python):
    options = "--image-size 64 --images 300 --max-epochs 30 --batch-size 16 --data generated --seed 1"
    done = run_python(str(SCENARIOS / "cnn.py"), *options.split(), python=cpu_python)
    assert done.returncode == 0, done.stderr
    epochs = [span for span in read_events(run_dir / "events.jsonl").spans() if span.span == "epoch"]
    assert epochs[-1].data["val_accuracy"] >= 0.80  # the published target; it ended the training
    assert 2 <= len(epochs) < 30  # learnable, but not at once


def test_transfer_on_the_small_net_learns_the_drawn_flowers_in_few_epochs(run_python, run_dir, cpu_python):
    options = (
        "--image-size 64 --images 120 --max-epochs 4 --batch-size 16 --data generated --target-accuracy 2"
    )
    small = "--base small --learning-rate 0.01"
    done = run_python(str(SCENARIOS / "transfer.py"), *options.split(), *small.split(), python=cpu_python)
    assert done.returncode == 0, done.stderr
    events = read_events(run_dir / "events.jsonl")
    facts = next(event.data for event in events.events if event.name == "provenance")
    assert facts["weights"] == "small_net.npz"
    epochs = [span.data["val_accuracy"] for span in events.spans() if span.span == "epoch"]
    assert max(epochs) >= 0.75  # of five classes; chance is 0.2
    summary = json.loads((run_dir / "model" / "summary.json").read_text())
    assert (summary["parameters"], summary["trainable_parameters"]) == (98_805, 645)  # 128 x 5 + 5


@pytest.mark.slow
def test_the_small_net_has_no_weights_of_imagenet(run_python, cpu_python):
    options = "--base small --weights imagenet --image-size 64 --images 20 --data generated"
    done = run_python(str(SCENARIOS / "transfer.py"), *options.split(), python=cpu_python)
    assert done.returncode == 2
    assert "--weights imagenet" in done.stderr
