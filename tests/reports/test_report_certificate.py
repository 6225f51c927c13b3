"""The certificate of a calibration: complete, one file, and marked where nothing was measured."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from report_page import Page

from records.calibration import CalibrationRecord, Level, ReferenceRecord
from records.meter import Identity
from reports.pages.certificate import render, write_certificate

RECORD = CalibrationRecord(
    date="2026-01-31",
    created_utc_s=1_769_860_800.0,
    certificate="L 17 <b>",
    driver="wattsup_pro",
    identity=Identity(maker="Maker", model="Meter & Co", serial="4711"),
    options={"current_range_a": 2.0},
    range_w=600.0,
    interval_s=1.0,
    reference=ReferenceRecord(kind="meter", words="Reference 1", u_pct=0.1, u_w=0.05, basis="data sheet"),
    gain=1.01234,
    gain_u=0.00123,
    offset_w=-0.4567,
    offset_u_w=0.0321,
    gain_offset_cov=-2.1e-5,
    residual_sd_w=0.043,
    levels=[
        Level(true_w=w, true_u_w=0.01, indicated_w=1.01234 * w, indicated_u_w=0.03, readings=30, residual_w=r)
        for w, r in ((200.0, 0.05), (100.0, -0.06), (50.0, 0.01))
    ],
    simulated=False,
)


def text_of(record: CalibrationRecord) -> str:
    return re.sub(r"\s+", " ", Page(render(record)).text)


def test_it_names_meter_reference_line_and_levels() -> None:
    text = text_of(RECORD)
    for words in ("Meter & Co 4711", "L 17 <b>", "Reference 1", "data sheet", "2026-01-31", "600 W"):
        assert words in text
    assert "1.0123" in text and "0.0012" in text and "0.0025" in text  # value, u, and U = 2 u
    assert "−0.457" in text and "0.032" in text and "0.064" in text
    assert "P = (P indicated − (−0.457 W)) / 1.0123" in text
    assert "0.050" in text and "−0.060" in text
    assert "current range" in text
    assert "SIMULATED" not in text


def test_a_virtual_instrument_is_named_on_the_page_and_in_the_drawing() -> None:
    page = Page(render(replace(RECORD, simulated=True)))
    assert "SIMULATED" in page.all("title")[0].text
    assert any("SIMULATED" in svg.text for svg in page.all("svg"))
    assert "nothing was calibrated" in page.text


def test_it_is_one_file_without_script_and_the_same_each_time() -> None:
    html = render(RECORD)
    assert html == render(RECORD)
    page = Page(html)
    assert not page.all("link", "img", "iframe")
    (policy,) = [m.attributes["content"] for m in page.all("meta") if "http-equiv" in m.attributes]
    assert policy.startswith("default-src 'none'")
    assert not re.search(r'\bstyle="', html)
    assert len(page.all("figure")) == 1


def test_the_page_is_drawn_by_a_browser_and_its_policy_allows_it(browser, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    write_certificate(RECORD, tmp_path / "c.html")
    browser.open((tmp_path / "c.html").as_uri())
    browser.check_figures(1)
    assert browser.complaints() == []


@pytest.mark.parametrize("gain_u", [0.0, 0.5])
def test_uncommon_uncertainties_are_shown(gain_u: float) -> None:
    assert "Gain" in text_of(replace(RECORD, gain_u=gain_u))
