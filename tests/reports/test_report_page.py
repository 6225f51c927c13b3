"""The page as a document: structure, safety, accessibility, and what the first screen says."""

import base64
import hashlib
import itertools
import re

import pytest
from calls_example import add_calls
from chapter_page import page_of
from report_example import HOSTILE, HOSTILE_IMAGE, Plan, example
from report_page import Page
from typed_rows import change

from reports.blocks import palette
from reports.campaign.energy import chapter as energy
from reports.campaign.evidence import findings
from reports.campaign.page import CHAPTERS, render


@pytest.fixture(scope="module")
def html(rich_html):
    return rich_html


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


@pytest.fixture(scope="module")
def hostile_page(hostile_html):
    return Page(hostile_html)


def test_the_same_results_always_give_the_same_page(html):
    results = example(Plan(repeats=3))
    add_calls(results)
    assert render(results) == html


def test_every_chapter_has_its_place_in_the_order_of_reading_or_is_said_to_be_absent(page):
    modules = [make.__module__.removesuffix(".chapter") for make in CHAPTERS]
    chapters = [name.rpartition(".")[2] for name in modules]
    sections = [s.attributes["id"] for s in page.all("section") if s.attributes.get("id") in chapters]
    assert sections == [name for name in chapters if name in sections]
    (absent,) = [s for s in page.all("section") if s.attributes.get("id") == "absent"]
    assert len(sections) + len(absent.all("li")) == len(CHAPTERS)


def test_no_id_is_used_twice(page, html):
    ids = re.findall(r'\sid="([^"]*)"', html)
    assert len(ids) == len(set(ids))


def test_every_reference_inside_the_page_leads_somewhere(page, html):
    ids = set(re.findall(r'\sid="([^"]*)"', html))
    references = set(re.findall(r'(?:href="#|url\(#)([^")]+)', written(html)))
    assert references
    assert references <= ids


def test_nothing_is_loaded_from_outside(page, html):
    for element in page.all("link", "img", "iframe", "object", "embed", "image", "form"):
        pytest.fail(f"<{element.tag}> in the page")
    for match in re.findall(r'(?:src|href|action|data)="([^"]*)"', written(html)):
        assert match.startswith("#")
    assert "@import" not in "".join(item.text for item in page.all("style"))
    assert not re.search(r"url\((?!#)", written(html))
    assert not re.search(r"<[^>]+\s(?:on\w+|style)=", written(html))


def written(html):
    """Return the page without its scripts and its style sheet: what the templates wrote."""
    return re.sub(r"<(script|style)[^>]*>.*?</\1>", "", html, flags=re.DOTALL)


def test_the_policy_lets_only_the_pages_own_scripts_run(page):
    (policy,) = [m.attributes["content"] for m in page.all("meta") if "http-equiv" in m.attributes]
    running = [item for item in page.all("script") if "type" not in item.attributes]
    assert running
    allowed = policy.partition("script-src ")[2].partition(";")[0].split()
    assert sorted(allowed) == sorted(f"'sha256-{_digest(item)}'" for item in running)
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy


def _digest(element):
    return base64.b64encode(hashlib.sha256("".join(element.texts).encode()).digest()).decode()


def test_every_drawing_names_and_describes_itself(page):
    drawings = [svg for svg in page.all("svg") if svg.attributes.get("role") == "img"]
    assert len(drawings) > 20
    for svg in drawings:
        title, description = svg.children[0], svg.children[1]
        assert (title.tag, description.tag) == ("title", "desc")
        assert title.text.strip()
        assert description.text.strip()
        assert svg.attributes["aria-labelledby"].split() == [
            title.attributes["id"],
            description.attributes["id"],
        ]


def test_every_figure_has_a_caption_its_numbers_and_its_method(page):
    figures = page.all("figure")
    assert len(figures) >= 7
    numbers = []
    for figure in figures:
        (caption,) = figure.all("figcaption")
        number = caption.all("span")[-1].text
        numbers.append(re.fullmatch(r"(\d+)([a-j]?)", number).groups())
        assert figure.all("table")
        assert "How this was computed" in figure.text
    # Those of a choice share a number, so that what is seen at one time is numbered without a jump.
    seen = [int(number) for number, letter in numbers if letter in ("", "a")]
    assert seen == list(range(1, len(seen) + 1))
    assert len(set(numbers)) == len(numbers)


def test_headings_descend_without_a_gap(page):
    levels = [int(heading.tag[1]) for heading in page.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_the_page_can_be_skipped_through_and_names_its_language(page):
    assert page.all("html")[0].attributes["lang"] == "en"
    assert page.all("a")[0].attributes == {"class": "skip", "href": "#content"}
    assert page.all("main")[0].attributes["id"] == "content"


def test_a_scenario_has_one_colour_in_the_summary_and_in_every_figure(page):
    swatches = [rect.attributes["fill"] for rect in page.all("rect") if rect.attributes.get("width") == "10"]
    # baseline, idle twice, cnn twice, transfer twice: with a tracker the colour stays
    assert len(swatches) == 7
    assert swatches[1::2] == swatches[2::2]
    assert len(set(swatches)) == 4
    power = [svg for svg in page.all("svg") if svg.attributes.get("id", "").startswith("power-")]
    for colour, svg in zip(swatches, power, strict=True):
        assert any(path.attributes.get("stroke") == colour for path in svg.all("path"))


def test_the_style_sheet_holds_the_palette_that_the_drawings_name(html):
    light, dark = re.findall(r":root\S* \{(.*?)\}", html, flags=re.DOTALL)[:2]
    drawn = (palette.INK, palette.GRID, palette.BASELINE, *palette.OKABE_ITO)
    for colour in (*drawn, *map(palette.pale, palette.OKABE_ITO)):
        name = palette.css(colour).removeprefix("var(").removesuffix(")")
        assert f"{name}: {colour};" in light
        assert f"{name}: " in dark


def test_a_simulated_campaign_says_so_on_every_level(page):
    assert page.all("title")[0].text.startswith("SIMULATED")
    assert "SIMULATED" in next(e for e in page.all("div") if e.attributes.get("role") == "note").text
    for figure in page.all("figure"):
        # What collectors and workload say is real whatever the meter is: those figures alone are not marked.
        from_meter = figure.attributes["id"] not in ("figure-hardware", "figure-progress")
        assert ("SIMULATED, not a measurement." in figure.all("figcaption")[0].text) is from_meter
        drawings = [svg for svg in figure.all("svg") if svg.attributes.get("role") == "img"]
        for svg in drawings:
            assert ("SIMULATED" in svg.all("desc")[0].text) is from_meter
            assert ("SIMULATED" in [text.text.strip() for text in svg.all("text")]) is from_meter


def test_a_measured_campaign_never_says_simulated():
    html = render(example(Plan(repeats=2, seconds=12, simulated=False)))
    assert "SIMULATED" not in written(html)


@pytest.mark.parametrize("place", ["campaign", "meter"])
def test_one_simulated_part_makes_the_report_simulated(place):
    results = example(Plan(repeats=1, seconds=12, simulated=False, epochs=0, tracker=None))
    if place == "campaign":
        change(results.campaign, simulated=True)
    else:
        results.meter["simulated"] = True
    assert "SIMULATED" in page_of(energy.chapter, results).all("title")[0].text


def test_hostile_texts_come_out_as_text(hostile_page):
    assert hostile_page.all("img") == []
    assert not [item for item in hostile_page.all("script") if "alert" in item.text]
    assert HOSTILE in hostile_page.text
    assert HOSTILE_IMAGE in hostile_page.text
    assert not [name for e in hostile_page.all("*") for name in e.attributes if name.startswith("on")]
    assert hostile_page.all("h1")[0].text.strip() == HOSTILE


def test_invisible_characters_of_a_name_are_made_visible(hostile_page):
    assert not set("\x00\u202e\ud800") & set(hostile_page.text)
    assert "\ufffd" in hostile_page.text
    assert "$x^2$" in hostile_page.text


def test_hostile_names_cannot_break_the_drawings(hostile_page):
    drawings = [svg for svg in hostile_page.all("svg") if svg.attributes.get("role") == "img"]
    assert len(drawings) > 15
    assert any(HOSTILE in svg.all("title")[0].text for svg in drawings)


def test_the_first_screen_answers_the_questions(page):
    (answers,) = [s for s in page.all("section") if s.attributes.get("id") == "answers"]
    for words in ("Imaginary Eight-Core 1700", "16.0 GiB RAM", "Imaginary PRO", "41.30"):
        assert words in answers.text
    assert re.search(
        r"codecarbon reported 78\.0 % \(95 % interval \[[^]]+\] %\) of what the meter", answers.text
    )
    assert "Its scope is cpu+" in answers.text
    (chip,) = [a for a in answers.all("a") if "chip" in a.attributes.get("class", "")]
    assert chip.text == "Usable"
    rows = answers.all("tbody")[0].all("tr")
    assert [row.all("th")[0].text.strip() for row in rows][:3] == ["baseline", "idle", "idle + codecarbon"]


def test_findings_that_refuse_data_stand_on_the_first_screen():
    finding = {"level": "refuse", "run_dir": "0002-cnn", "code": "coverage-low", "message": "Coverage 91 %."}
    results = example(Plan(repeats=2, seconds=12, epochs=0, tracker=None, findings=[finding]))
    page = page_of(findings.chapter, results)
    (answers,) = [s for s in page.all("section") if s.attributes.get("id") == "answers"]
    assert "1 run rejected, 1 error" in re.sub(r"\s+", " ", answers.text)
    assert "Coverage 91 %." in answers.text
    (section,) = [s for s in page.all("section") if s.attributes.get("id") == "findings"]
    assert "coverage-low" in section.text
