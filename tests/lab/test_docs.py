"""The reference pages name everything that exists: commands, options, configuration keys."""

import inspect
import re
import shlex
from dataclasses import fields
from itertools import takewhile
from pathlib import Path

import click
import pytest

from lab.cli import cli
from lab.config import meter, model
from lab.config.template import demo_text
from records.journal_events import ENTRIES, CallGateDecided, GateDecided, JournalEntry
from records.settings.section import Section

ROOT = Path(__file__).resolve().parent.parent.parent
CLI_PAGE = (ROOT / "docs/reference/cli.md").read_text()
RECORDS_PAGE = (ROOT / "docs/reference/records.md").read_text()
CONFIG_PAGE = (ROOT / "docs/reference/configuration.md").read_text()


def commands(group: click.Group, prefix: str) -> list[tuple[str, click.Command]]:
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        path = f"{prefix} {name}"
        if isinstance(command, click.Group):
            found += commands(command, path)
        else:
            found.append((path, command))
    return found


ALL = commands(cli, "lab")


@pytest.mark.parametrize(("path", "command"), ALL, ids=[path for path, _ in ALL])
def test_every_command_and_option_is_in_the_reference(path: str, command: click.Command) -> None:
    section = CLI_PAGE.partition(f"\n## `{path}")[2].partition("\n## ")[0]
    assert section, f"docs/reference/cli.md has no section '## `{path}'"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            for option in parameter.opts:
                assert f"`{option}" in section, f"{option} of {path} is not in its section"


@pytest.mark.parametrize(("path", "command"), ALL, ids=[path for path, _ in ALL])
def test_every_command_shows_an_example_in_its_help(path: str, command: click.Command) -> None:
    assert command.help is not None
    assert re.search(rf"^{re.escape(path)}( |$)", inspect.cleandoc(command.help), re.MULTILINE), (
        f"{path}: no example"
    )


PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def shown_commands(page: Path) -> list[list[str]]:
    """Return the words of all commands of the lab in the code blocks of a page."""
    text = page.read_text(encoding="utf-8")
    fenced = re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    indented = re.findall(
        r"^    (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    lines = "\n".join([*fenced, *indented]).replace("\\\n", " ").splitlines()
    shown = (re.match(r"\s*(?:\$ )?(?:\.venv/bin/)?lab +([a-z].*)", line) for line in lines)
    found = [shlex.split(match[1], comments=True) for match in shown if match]
    return [list(takewhile(lambda word: word not in ("|", ">", "&&", ";"), words)) for words in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_shown_on_a_page_is_one_of_the_lab(page: Path) -> None:
    for shown in shown_commands(page):
        command: click.Command = cli
        context, rest = click.Context(cli, info_name="lab"), shown
        while isinstance(command, click.Group) and rest:
            found = command.get_command(context, rest[0])
            assert found is not None, f"lab {' '.join(shown)}: {rest[0]} is no command"
            context = click.Context(found, parent=context, info_name=rest[0])
            command, rest = found, rest[1:]
        command.make_parser(context).parse_args(list(rest))


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    found = re.findall(r"^#+ (.*)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in found}


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md"])
def test_every_link_of_a_page_outside_of_the_site_leads_somewhere(name: str) -> None:
    text = re.sub(r"`[^`\n]*`", "", (ROOT / name).read_text())
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    dead = []
    for link in links:
        target, _, anchor = link.partition("#")
        page = ROOT / (target or name)
        if not page.exists() or (anchor and anchor not in headings(page)):
            dead.append(link)
    assert links and dead == []


def test_every_page_is_in_the_contents() -> None:
    docs = ROOT / "docs"
    contents = [docs / "README.md", docs / "meters/README.md", docs / "reference/smells/README.md"]
    linked = {
        (page.parent / target).resolve()
        for page in contents
        for target in re.findall(r"\]\(([^)#:]+\.md)", page.read_text())
    }
    assert {
        page for page in docs.rglob("*.md") if page.name not in ("README.md", "index.md")
    } - linked == set()


def test_the_pages_show_commands() -> None:
    assert sum(len(shown_commands(page)) for page in PAGES) > 100


SECTIONS = sorted(
    {
        section
        for section in (*vars(model).values(), *vars(meter).values())
        if isinstance(section, type) and issubclass(section, Section) and section is not Section
    },
    key=lambda section: section.__name__,
)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_every_configuration_key_is_in_the_reference(section: type[Section]) -> None:
    for name, field in section.model_fields.items():
        key = field.alias or name
        places = (f"`{key}`", f"[{key}", f".{key}]")
        assert key == "base_dir" or any(place in CONFIG_PAGE for place in places), key


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.WHAT)
def test_every_entry_of_the_journal_is_in_the_reference(entry: type[JournalEntry]) -> None:
    rows = [
        line for line in RECORDS_PAGE.splitlines() if line.startswith("| `") and f"`{entry.WHAT}`" in line
    ]
    assert len(rows) == 1
    own = {field.name for field in fields(entry)} - {field.name for field in fields(JournalEntry)}
    if entry not in (GateDecided, CallGateDecided):  # whose rows refer to `gate` of `run.json`
        assert [name for name in sorted(own) if f"`{name}`" not in rows[0]] == []


def test_the_checkout_holds_the_demonstrations_configuration() -> None:
    assert (ROOT / "lab.toml").read_text() == demo_text()


def test_every_room_is_under_the_import_contract() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    contract = (ROOT / ".importlinter").read_text()
    listed = contract.partition("root_packages =")[2].partition("[")[0].split()
    assert set(listed) == packages


def test_every_test_that_the_page_on_security_names_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/security.md").read_text()))
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(), re.MULTILINE)
    }
    assert named
    assert named <= there


def test_the_sections_of_the_method_that_the_code_names_are_there() -> None:
    rooms = ("lab", "reports", "analysis", "workload", "meter", "sut", "source", "records")
    sources = [path.read_text() for room in rooms for path in (ROOT / room).rglob("*.py")]
    named = {name for text in sources for name in re.findall(r"explanation/method\.md#([\w-]+)", text)}
    assert named and named <= headings(ROOT / "docs/explanation/method.md")
