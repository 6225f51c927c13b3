"""The certificate of a calibration: complete, one file, and marked where nothing was measured."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from report_page import Page

from records.calibration import AsFound, CalibrationRecord, Level, ReferenceRecord
from records.meter import Identity
from reports.pages.certificate.page import render, write_certificate

SHA256 = "ab" * 32

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
    return re.sub(r"\s+", " ", Page(render(record, SHA256)).text)


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
    page = Page(render(replace(RECORD, simulated=True), SHA256))
    assert "SIMULATED" in page.all("title")[0].text
    assert any("SIMULATED" in svg.text for svg in page.all("svg"))
    assert "nothing was calibrated" in page.text


def test_it_is_one_file_without_script_and_the_same_each_time() -> None:
    html = render(RECORD, SHA256)
    assert html == render(RECORD, SHA256)
    page = Page(html)
    assert not page.all("link", "img", "iframe")
    (policy,) = [m.attributes["content"] for m in page.all("meta") if "http-equiv" in m.attributes]
    assert policy.startswith("default-src 'none'")
    assert not re.search(r'\bstyle="', html)
    assert len(page.all("figure")) == 1


def test_the_page_is_drawn_by_a_browser_and_its_policy_allows_it(browser, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    write_certificate(RECORD, tmp_path / "c.html", SHA256)
    browser.open((tmp_path / "c.html").as_uri())
    browser.check_figures(1)
    assert browser.complaints() == []


@pytest.mark.parametrize("gain_u", [0.0, 0.5])
def test_uncommon_uncertainties_are_shown(gain_u: float) -> None:
    assert "Gain" in text_of(replace(RECORD, gain_u=gain_u))


def with_limits(levels: list[Level], limit_pct: float) -> list[Level]:
    return [replace(level, limit_w=limit_pct / 100 * level.indicated_w) for level in levels]


def test_it_says_pass_or_fail_as_found_and_as_left_and_who_signs() -> None:
    adjusted = [replace(level, indicated_w=level.true_w) for level in RECORD.levels]
    found = AsFound(
        date="2026-01-30",
        certificate=None,
        reference=RECORD.reference,
        levels=with_limits(RECORD.levels, 0.5),
        sha256="cd" * 32,
    )
    record = replace(
        RECORD,
        levels=with_limits(adjusted, 0.5),
        as_found=found,
        operator="A. Tester",
        customer="C. Owner, Example Street 1",
        conditions="23 °C, 45 % RH",
        next_due="2027-01-31",
    )
    page = Page(render(record, SHA256))
    (before,) = [item.text for item in page.all("table") if item.attributes.get("id") == "table-found"]
    (after,) = [item.text for item in page.all("table") if item.attributes.get("id") == "table-errors"]
    assert before.count("fail") == len(RECORD.levels) and "pass" not in before
    assert after.count("pass") == len(RECORD.levels) and "fail" not in after
    for words in (
        "A. Tester",
        "C. Owner, Example Street 1",
        "23 °C, 45 % RH",
        "2027-01-31",
        SHA256,
        "cd" * 32,
    ):
        assert words in page.text


def test_without_limits_there_is_no_statement_of_conformity() -> None:
    page = Page(render(RECORD, SHA256))
    assert [item.text for item in page.all("span") if "chip" in item.attributes.get("class", "")] == [
        "no statement"
    ] * 2
