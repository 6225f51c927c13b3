"""How a campaign is cited, checked and computed again: complete, without invented names, safe to copy."""

import re
import shlex

import click
import pytest
from chapter_page import cells, made, page_of, verdict
from hypothesis import given, settings
from hypothesis import strategies as st
from report_example import HOSTILE, HOSTILE_IMAGE, Plan, example, nothing_counted
from typed_rows import change

from lab.cli import cli
from records.results import Results, tables_of
from reports.blocks.contract import Code, Text
from reports.campaign.reproduce.chapter import chapter
from reports.campaign.reproduce.citation import bibtex, citation
from reports.campaign.reproduce.results_files import RESULT_FILES
from reports.campaign.view import view_of

IMPORT = {
    "format": "oscar",
    "options": {"usage": "Szenario", "timezone": None},
    "sources": [{"name": "Szenario/power.csv", "bytes": 3817300, "sha256": "ab" * 32}],
}


def results(*, simulated: bool = True, imported: bool = False) -> Results:
    made_up = example(Plan(repeats=2, seconds=12, epochs=0, tracker=None, simulated=simulated))
    made_up.imported = dict(IMPORT) if imported else {}
    return made_up


def commands(found: Results) -> list[str]:
    blocks = [block for block in made(chapter, found).blocks if isinstance(block, Code)]
    return [line for block in blocks for line in block.words.splitlines() if line.startswith("lab ")]


def test_the_citation_names_title_campaign_hash_day_and_version() -> None:
    text = citation(view_of(results(simulated=False)))
    # 1790000000 s is 2026-09-21 (date -u -d @1790000000).
    assert text == (
        "[names of those who planned and ran the measurement] (2026): A campaign that never happened. Data "
        f"set, measured 2026-09-21. Campaign synthetic-0001, configuration SHA-256 {'0' * 64}. Wattlab "
        "0.0.0."
    )


def test_a_simulated_campaign_cannot_be_cited_as_a_measurement() -> None:
    view = view_of(results())
    for text in (citation(view), bibtex(view)):
        assert "SIMULATED, not a measurement: A campaign that never happened" in text
    assert "measured 2026" not in citation(view)
    assert "SIMULATED" not in page_of(chapter, results(simulated=False)).text


def test_a_rule_other_than_the_default_is_cited() -> None:
    found = results()
    found.rule = "oscar"
    assert "rule oscar" in citation(view_of(found))
    assert any(line.endswith("--rule oscar") for line in commands(found))


def test_no_name_is_invented() -> None:
    for found in (results(), results(imported=True), nothing_counted()):
        entry = bibtex(view_of(found))
        assert re.search(r"author = \{\{\[names of those who [^\]]+\]\}\}", entry)
    assert "measured by others: cite them first" in page_of(chapter, results(imported=True)).text


@settings(max_examples=200)
@given(st.text(max_size=60), st.text(max_size=30))
def test_any_title_gives_one_entry_that_bibtex_can_read(title: str, campaign: str) -> None:
    found = nothing_counted()
    change(found.campaign, title=title, id=campaign)
    entry = bibtex(view_of(found))
    head, *fields, last = entry.split("\n")
    assert re.fullmatch(r"@misc\{[a-z0-9-]+,", head)
    assert [field.split(" = ")[0].strip() for field in fields] == [
        "author",
        "title",
        "year",
        "howpublished",
        "note",
    ]
    assert last == "}"
    for field in fields:
        value = field.partition(" = ")[2]
        assert re.fullmatch(r"\{\{?[^{}]*\}?\},", value)  # no brace inside: nothing ends the value early
        assert not re.search(r"(?<!\\)[%&#$_]|\\(?![%&#$_])", value)


def test_every_command_is_one_of_the_lab_with_its_options() -> None:
    lines = commands(results())
    assert [line.split()[1] for line in lines] == ["check", "analyse", "report", "export"]
    for line in lines:
        _, name, *arguments = shlex.split(line)
        with click.Context(cli) as parent:
            command = cli.get_command(parent, name)
            assert command is not None
            parser = command.make_parser(click.Context(command, parent=parent))
        given_options, rest, _ = parser.parse_args(list(arguments))
        assert rest == ["synthetic-0001"] or "synthetic-0001" in str(given_options)


@pytest.mark.parametrize(
    "name", [HOSTILE, "$(rm -rf ~)", "--out", "a b", "../up", "x`id`", "", "a\nlab clean"]
)
def test_a_name_that_a_shell_could_take_for_more_is_in_no_command(name: str) -> None:
    found = results()
    change(found.campaign, id=name)
    found.rule = name
    assert commands(found) == [
        'lab check "DIR"',
        'lab analyse "DIR"',
        'lab report "DIR"',
        'lab export "DIR" --out "DIR".zip',
    ]


def test_imported_records_have_the_hashes_of_their_sources() -> None:
    found = made(chapter, results(imported=True))
    (row,) = cells(found, "import-sources")
    assert row == {"File": "Szenario/power.csv", "Size": "3\u202f817\u202f300", "SHA-256": "ab" * 32}
    texts = " ".join(block.words for block in found.blocks if isinstance(block, Text))
    assert "Format oscar, from 1 files; options: usage = Szenario." in texts
    assert "import-sources" not in {table.key for table in made(chapter, results()).tables}


def test_every_table_of_the_results_is_explained() -> None:
    assert set(tables_of(results())) <= set(RESULT_FILES)


def test_the_list_of_files_has_those_that_have_rows() -> None:
    rows = {row["File"]: row for row in cells(made(chapter, results()), "results-files")}
    assert rows["runs.csv"]["Rows"] == str(len(results().runs))
    assert "epochs.csv" not in rows
    assert "results.json" in rows


def test_an_example_shows_what_belongs_to_a_number() -> None:
    said = verdict(made(chapter, results())).words
    assert "For example (SIMULATED, not a measurement): transfer used" in said
    assert "95 % interval [" in said
    assert "n = 2" in said
    assert "For example" not in verdict(made(chapter, nothing_counted())).words


def test_no_licence_is_stated_where_none_was_told() -> None:
    page = page_of(chapter, results()).text
    assert "No data licence given" in page
    assert not re.search(r"CC[- ]BY|MIT\b|public domain", page)


def test_hostile_texts_stay_text() -> None:
    found = results(imported=True)
    change(found.campaign, title=HOSTILE, id=HOSTILE_IMAGE, config_sha256=HOSTILE, wattlab_version="\u202e")
    found.imported = {"format": HOSTILE, "options": {HOSTILE: HOSTILE}, "sources": [{"name": HOSTILE_IMAGE}]}
    page = page_of(chapter, found)
    assert page.all("img") == []
    assert not [item for item in page.all("script") if "alert" in item.text]
    assert "\u202e" not in page.text
    assert HOSTILE in page.text
