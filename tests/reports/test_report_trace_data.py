"""Packing and down-sampling, by the page's own script in a real browser."""

import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.blocks.embedded import packed
from reports.blocks.rendering import script
from reports.campaign.power.interactive.packing import Packer

# The page's unpacking, too, so that a round trip is that of a report.
_UNPACKED = """
const [columns, done] = arguments;
wattlab.unpack('packed').then(buffer => {
  const {header, column} = wattlab.traces.open(buffer);
  done([header, columns.map(item => [...column(item)])]);
});
"""


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "data.html"
    scripts = "".join(f"<script>{script(name)}</script>" for name in ("page.js", "traces_data.js"))
    path.write_text(f"<!DOCTYPE html><body><div id='packed'></div>{scripts}", encoding="utf-8")
    browser.open(path.as_uri())
    return browser.driver


def unpacked(page, columns, header):
    packer = Packer()
    places = [packer.add(np.array(values, dtype=float)) for values in columns]
    text = packed(packer.packed(header))
    page.execute_script("document.getElementById('packed').textContent = arguments[0]", text)
    return page.execute_async_script(_UNPACKED, places)


@pytest.mark.parametrize("seed", range(4))
def test_readings_and_times_come_back_to_the_last_digit(page, seed):
    random = np.random.default_rng(seed)
    t_s = np.round(np.cumsum(random.choice([1.0, 1.000023, 17.5], 3000)), 3).tolist()
    power_w = np.round(random.normal(100, 40, 3000), seed).tolist()
    header = {"words": "größer </script>"}
    assert unpacked(page, [t_s, [], power_w], header) == [header, [t_s, [], power_w]]


@given(st.lists(st.lists(st.integers(-(10**6) * 1000, 10**6 * 1000), max_size=20), max_size=5))
def test_any_thousandths_up_to_a_million_come_back(page, columns):
    values = [[whole / 1000 for whole in column] for column in columns]
    assert unpacked(page, values, {}) == [{}, values]


def test_beyond_a_million_nine_digits_come_back(page):
    _, [values] = unpacked(page, [[0.0, -1.23456789e12, 5e300]], {})
    assert values[2] == pytest.approx(5e300, rel=1e-9)
    _, [values] = unpacked(page, [[0.0, -1.23456789e12]], {})
    assert values[1] == pytest.approx(-1.23456789e12, rel=1e-8)


def reduced(page, t, low, high, gaps, start, stop, columns):
    return page.execute_script(
        "const [t, low, high, gaps, from, to, columns] = arguments;"
        "const {xs, ys} = wattlab.traces.reduced({t, low, high, gaps}, from, to, columns);"
        "return Array.from(xs, (x, i) => isNaN(x) ? null : [x, ys[i]]);",
        *(t, low, high, gaps, start, stop, columns),
    )


@given(
    powers=st.lists(st.integers(0, 4000), min_size=1, max_size=300),
    columns=st.integers(1, 60),
    window=st.tuples(st.integers(0, 300), st.integers(1, 300)),
)
def test_every_pixel_column_keeps_its_smallest_and_largest_reading(page, powers, columns, window):
    t = [i + 0.5 for i in range(len(powers))]
    start, stop = window[0], window[0] + window[1]
    drawn = [point for point in reduced(page, t, powers, powers, [], start, stop, columns) if point]
    assert len(drawn) <= 2 * columns + 4
    assert [x for x, _ in drawn] == sorted(x for x, _ in drawn)
    known = set(zip(t, powers, strict=True))
    assert {tuple(point) for point in drawn} <= known
    width = (stop - start) / columns
    for column in range(columns):
        inside = [p for x, p in known if column == (x - start) // width]
        shown = [p for x, p in drawn if column == (x - start) // width]
        assert [f(inside) for f in (min, max) if inside] == [f(shown) for f in (min, max) if shown]


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=100), st.integers(1, 20)
)
def test_of_bins_the_lowest_low_and_the_highest_high_stay(page, pairs, columns):
    low, high = ([f(pair) for pair in pairs] for f in (min, max))
    t = list(range(len(pairs)))
    drawn = reduced(page, t, low, high, [], 0, len(pairs), columns)
    assert min(p for _, p in drawn) == min(low)
    assert max(p for _, p in drawn) == max(high)


def test_a_line_breaks_at_a_gap_that_can_be_seen_and_only_there(page):
    t, values = [1, 2, 3, 10, 11, 12, 14, 15], list(range(8))
    wide = reduced(page, t, values, values, [3, 6], 0, 20, 20)
    assert wide.index(None) == 3
    assert wide.count(None) == 2
    narrow = reduced(page, t, values, values, [3, 6], 0, 100, 20)
    assert narrow.count(None) == 1  # a pixel is 5 s wide: the gap of 2 s is none


def test_zoomed_in_every_reading_and_its_neighbours_outside_are_drawn(page):
    t, values = list(range(100)), list(range(100))
    assert reduced(page, t, values, values, [], 40, 44, 800) == [[x, x] for x in range(39, 46) if x <= 44]


def test_the_nearest_reading_is_found_within_reach_only(page):
    find = "return [0, 5.4, 5.6, 9, 30].map(t => wattlab.traces.nearest([1, 5, 6, 8], t, 2))"
    assert page.execute_script(find) == [0, 1, 2, 3, -1]
    assert page.execute_script("return wattlab.traces.nearest([], 1, 2)") == -1


def test_the_same_columns_give_the_same_bytes():
    def made():
        packer = Packer()
        return packer.packed({"at": packer.add(np.arange(5.0))})

    assert base64.b64encode(made()) == base64.b64encode(made())
