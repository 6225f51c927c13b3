"""The reader's test of the docs: every place that it names exists in a report, and answers."""

import re
from pathlib import Path

import pytest
from report_page import Page

DOC = Path(__file__).parents[2] / "docs" / "how-to" / "read-a-report.md"
QUESTIONS = re.findall(r"^\| (\d+) \| (.+?) \| `#([\w-]+)` \| (.+?) \|$", DOC.read_text(), flags=re.MULTILINE)


@pytest.fixture(scope="module")
def places(rich_html):
    page = Page(rich_html)
    return {
        item.attributes["id"]: item.text for item in page.all("div", "section") if "id" in item.attributes
    }


def test_there_are_ten_questions():
    assert [int(number) for number, *_ in QUESTIONS] == list(range(1, 11))


@pytest.mark.parametrize(("number", "question", "place", "answer"), QUESTIONS)
def test_the_place_answers_the_question(places, number, question, place, answer):
    assert place in places, f"question {number}, {question!r}"
    assert answer in places[place]
