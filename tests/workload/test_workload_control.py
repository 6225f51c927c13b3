"""The control workload: fixed work, the same result each time, one action."""

from workload_processes import ROOT

from records.events import read_events

CONTROL = str(ROOT / "workload" / "scenarios" / "control.py")


def test_the_same_work_gives_the_same_result_in_every_process(run_python, run_dir):
    said = [run_python(CONTROL, "--rounds", "50", "--processes", n) for n in ("1", "2")]
    assert [done.returncode for done in said] == [0, 0], said[0].stderr + said[1].stderr
    one, two = (done.stdout.strip().partition(": ") for done in said)
    assert (one[0], two[0]) == ("1 x 50 rounds", "2 x 50 rounds")
    assert one[2] == two[2]
    assert len(one[2]) == 64
    spans = read_events(run_dir / "events.jsonl").spans()
    assert {(span.span, span.name) for span in spans} == {("action", "control")}
    assert all(span.t_stop_utc_s is not None for span in spans)


def test_more_rounds_are_other_work(run_python):
    said = {run_python(CONTROL, "--rounds", str(n)).stdout.partition(": ")[2] for n in (1, 2)}
    assert len(said) == 2


def test_no_work_at_all_is_refused(run_python):
    done = run_python(CONTROL, "--rounds", "0")
    assert done.returncode == 2
    assert "--rounds and --processes: expected 1 or more" in done.stderr
