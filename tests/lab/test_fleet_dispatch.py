"""Who runs which block, with benches that live in the test: no block lost, none on two benches, all told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.fleet.dispatch import MOST_TRIES, REST_S, Dispatcher, Work
from lab.fleet.orders import LOST, UNTESTED, BenchState, BlockAnswer, BlockOrder, Kind
from records.errors import ConfigurationError, SutError
from records.journal_events import BenchLost, BlockGiven, BlockNotDone, JournalEntry

GONE_S = 100.0
HAPPENINGS = st.tuples(st.sampled_from(["end", "break", "lose", "leave", "come"]), st.sampled_from("abc"))


def bench(name: str, model: str = "m", simulated: bool = True, code: str = "code") -> BenchState:
    return BenchState(name=name, model=model, simulated=simulated, state="idle", since_utc_s=0.0, code=code)


@dataclass
class Yard:
    """Benches that answer when the test says so."""

    here: dict[str, BenchState]
    running: dict[str, int] = field(default_factory=dict)
    given: list[tuple[str, int]] = field(default_factory=list)
    ready: list[BlockAnswer] = field(default_factory=list)
    forgotten: list[tuple[str, int]] = field(default_factory=list)

    def present(self) -> Mapping[str, BenchState]:
        return dict(self.here)

    def start(self, bench: str, order: BlockOrder) -> None:
        assert bench not in self.running, f"{bench} runs block {self.running[bench]} already"
        self.running[bench] = order.block
        self.given.append((bench, order.block))

    def answers(self) -> Sequence[BlockAnswer]:
        answers, self.ready = self.ready, []
        return answers

    def forget(self, bench: str, block: int) -> None:
        self.forgotten.append((bench, block))
        self.running.pop(bench, None)

    def end(self, bench: str, code: int | str = 0, reason: str = "") -> None:
        self.ready.append(BlockAnswer(bench, self.running.pop(bench), code, reason))


@dataclass
class Stage:
    """A dispatcher with its yard, and what came of it."""

    yard: Yard
    blocks: int = 4
    collected: list[tuple[str, int]] = field(default_factory=list)
    notes: list[JournalEntry] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        work = [Work(BlockOrder({}, block)) for block in range(1, self.blocks + 1)]
        self.dispatcher = Dispatcher(
            self.yard,
            work,
            Kind("m", True, "code"),
            GONE_S,
            lambda answer: self.collected.append((answer.bench, answer.block)),
            self.notes.append,
            self.said.append,
        )

    def tick(self, now_s: float) -> bool:
        return self.dispatcher.tick(now_s)


def stage(*names: str, blocks: int = 4) -> Stage:
    return Stage(Yard({name: bench(name) for name in names}), blocks)


def test_blocks_are_given_in_order_one_to_each_bench() -> None:
    s = stage("a", "b")
    s.tick(0)
    s.tick(1)
    assert s.yard.given == [("a", 1), ("b", 2)]
    s.yard.end("b")
    s.tick(2)
    assert s.yard.given[2:] == [("b", 3)]
    assert s.collected == [("b", 2)]


def test_it_ends_when_all_is_collected() -> None:
    s = stage("a", blocks=1)
    assert s.tick(0)
    s.yard.end("a", 1, "work (it failed)")
    assert not s.tick(1)
    assert s.collected == [("a", 1)]


def test_benches_of_another_kind_take_no_part_and_are_named_once() -> None:
    s = stage("a")
    s.yard.here |= {"other": bench("other", model="n"), "real": bench("real", simulated=False)}
    s.yard.here["old"] = bench("old", code="of before")
    s.tick(0)
    s.tick(1)
    assert s.yard.given == [("a", 1)]
    assert [line.split()[1] for line in s.said] == ["other", "real", "old"]


def test_a_bench_that_comes_back_updated_takes_part() -> None:
    s = stage("a")
    s.yard.here["a"] = bench("a", code="of before")
    s.tick(0)
    s.yard.here["a"] = bench("a")
    s.tick(1)
    assert s.yard.given == [("a", 1)]


def test_a_lost_bench_keeps_its_block_until_it_has_been_away_for_long() -> None:
    s = stage("a", "b", blocks=2)
    s.tick(0)
    s.yard.end("b")
    del s.yard.here["a"]
    s.tick(1)
    s.tick(GONE_S)
    assert s.yard.given == [("a", 1), ("b", 2)]
    assert [n for n in s.notes if isinstance(n, BenchLost)] == [BenchLost(bench="a", block=1)]
    s.tick(GONE_S + 2)
    assert s.yard.forgotten == [("a", 1)]
    assert s.yard.given[-1] == ("b", 1)


def test_a_bench_that_comes_back_answers_its_block() -> None:
    s = stage("a", "b", blocks=2)
    s.tick(0)
    away = s.yard.here.pop("a")
    s.tick(1)
    s.yard.here["a"] = away
    s.tick(2)
    s.tick(GONE_S + 3)
    assert s.yard.given == [("a", 1), ("b", 2)]
    s.yard.end("a")
    s.tick(GONE_S + 4)
    assert s.collected == [("a", 1)]


def test_an_answer_of_a_bench_whose_block_was_given_away_is_not_taken() -> None:
    s = stage("a", "b", blocks=2)
    s.tick(0)
    s.yard.end("b")
    del s.yard.here["a"]
    s.tick(1)
    s.tick(GONE_S + 2)
    s.yard.ready.append(BlockAnswer("a", 1, 0))
    s.tick(GONE_S + 3)
    assert s.collected == [("b", 2)]


def test_a_bench_that_broke_rests_and_then_goes_on_with_its_block() -> None:
    s = stage("a", blocks=2)
    s.tick(0)
    s.yard.end("a", 3, "the meter is silent")
    s.tick(1)
    s.tick(REST_S)
    assert s.yard.given == [("a", 1)]
    s.tick(REST_S + 1)
    assert s.yard.given == [("a", 1), ("a", 1)]
    (note,) = [n for n in s.notes if isinstance(n, BlockNotDone)]
    assert note.reason == "the meter is silent"


def test_a_block_that_breaks_every_time_is_given_up_with_its_reason() -> None:
    s = stage("a", blocks=1)
    now_s, left = 0.0, True
    while left:
        left = s.tick(now_s)
        if "a" in s.yard.running:
            s.yard.end("a", 3, "the meter is silent")
        now_s += 50.0
    assert len(s.yard.given) == MOST_TRIES
    assert s.dispatcher.given_up == {1: "the meter is silent"}


def test_a_bench_that_fails_its_self_test_loses_its_block_to_another_in_time() -> None:
    s = stage("a", "b", blocks=2)
    s.tick(0)
    s.yard.end("b")
    s.yard.here["a"] = replace(s.yard.here["a"], state="faulty")
    s.yard.end("a", 3, "the meter is silent")
    now_s = 1.0
    while s.yard.given[-1] != ("b", 1) and now_s < 2 * GONE_S:
        s.tick(now_s)
        if "a" in s.yard.running:
            s.yard.end("a", UNTESTED, "the meter is silent")
        now_s += 5.0
    assert s.yard.given[-1] == ("b", 1)
    assert GONE_S <= now_s <= GONE_S + 15
    assert s.dispatcher.work[0].tries == 1


def test_benches_that_are_all_faulty_stop_the_campaign_with_their_reasons() -> None:
    s = stage("a", blocks=1)
    s.yard.here["a"] = replace(s.yard.here["a"], state="faulty", reason="the meter is silent")
    s.tick(0)
    with pytest.raises(SutError, match="the meter is silent"):
        s.tick(GONE_S + 1)


def test_a_lost_scheduler_counts_as_no_try() -> None:
    s = stage("a", blocks=1)
    for now_s in range(3 * MOST_TRIES):
        s.tick(now_s)
        if "a" in s.yard.running:
            s.yard.end("a", LOST, "the scheduler was lost")
    assert s.dispatcher.given_up == {}
    assert all(n.tries == 0 for n in s.notes if isinstance(n, BlockGiven))


def test_a_bench_that_cannot_run_the_campaign_is_left_out() -> None:
    s = stage("a", "b", blocks=1)
    s.tick(0)
    s.yard.end("a", 2, "there is no program")
    s.tick(1)
    assert s.yard.given == [("a", 1), ("b", 1)]


def test_without_any_bench_that_can_run_it_the_reasons_are_told() -> None:
    s = stage("a", blocks=1)
    s.tick(0)
    s.yard.end("a", 2, "there is no program")
    s.tick(1)
    with pytest.raises(ConfigurationError, match="bench a: there is no program"):
        s.tick(GONE_S + 2)


def test_without_any_bench_it_stops_instead_of_waiting_for_ever() -> None:
    s = stage("a", blocks=1)
    s.tick(0)
    s.yard.here = {"x": bench("x", model="other")}
    s.tick(GONE_S)
    with pytest.raises(SutError, match=r"x: .*'other'"):
        s.tick(GONE_S + 1)


def with_a_block_bound_to_a(*names: str) -> Stage:
    s = stage(*names, blocks=2)
    s.dispatcher.work[0] = replace(s.dispatcher.work[0], at="a", lost_s=0.0, bound=True)
    return s


def test_a_block_of_which_runs_are_collected_is_given_up_where_its_bench_stays_away() -> None:
    s = with_a_block_bound_to_a("b")
    s.tick(0)
    assert s.yard.given == [("b", 2)]
    s.yard.end("b")
    assert s.tick(GONE_S)
    assert not s.tick(GONE_S + 1)
    assert s.yard.given == [("b", 2)]
    assert "bench a" in s.dispatcher.given_up[1]


def test_a_block_whose_bench_comes_back_with_another_wattlab_is_given_up_with_that_reason() -> None:
    s = with_a_block_bound_to_a("b")
    s.yard.here["a"] = bench("a", code="of later")
    s.tick(0)
    s.tick(GONE_S + 1)
    assert "of later" in s.dispatcher.given_up[1]


def test_a_block_of_which_runs_are_collected_waits_for_its_bench_while_that_is_busy() -> None:
    s = with_a_block_bound_to_a("a", "b")
    s.yard.here["a"] = replace(s.yard.here["a"], state="running")
    for now_s in (0, GONE_S, 2 * GONE_S):
        s.tick(now_s)
    s.yard.here["a"] = replace(s.yard.here["a"], state="idle")
    s.tick(2 * GONE_S + 1)
    assert s.yard.given == [("b", 2), ("a", 1)]


@settings(max_examples=200, deadline=None)
@given(st.lists(HAPPENINGS, max_size=60))
def test_whatever_happens_each_block_is_collected_once_and_none_runs_twice_on_a_bench(
    happenings: list[tuple[str, str]],
) -> None:
    s = stage("a", "b", "c", blocks=6)
    now_s = 0.0
    codes: dict[str, int | str] = {"end": 0, "break": 3, "lose": LOST}
    for what, name in happenings:
        now_s += 7.0
        if what in codes and name in s.yard.running:
            s.yard.end(name, codes[what], what)
        elif what == "leave" and len(s.yard.here) > 1:
            s.yard.here.pop(name, None)
        elif what == "come":
            s.yard.here[name] = bench(name)
        s.tick(now_s)
    s.yard.here = {name: bench(name) for name in "abc"}
    for _ in range(2000):
        now_s += 20.0
        if not s.tick(now_s):
            break
        for name in list(s.yard.running):
            s.yard.end(name)
    blocks = [block for _, block in s.collected]
    assert sorted([*blocks, *s.dispatcher.given_up]) == [1, 2, 3, 4, 5, 6]
