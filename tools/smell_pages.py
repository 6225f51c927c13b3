"""Make ``docs/reference/smells/`` from the rules and their snippets.

python tools/smell_pages.py            write the pages
python tools/smell_pages.py --check    exit 1 when a page differs from its rule
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from source.smells.registry import RULES, UNDECIDED  # noqa: E402 (found by the line above)
from source.smells.rule import Rule  # noqa: E402

FOLDER = ROOT / "docs" / "reference" / "smells"
SNIPPETS = ROOT / "tests" / "source" / "smells"


def pages() -> dict[str, str]:
    """Return the text of each page by its name."""
    return {"README.md": _index()} | {f"{rule.code}.md": _page(rule) for rule in RULES}


def _index() -> str:
    lines = [
        "# Smells: what `lab smells` finds",
        "",
        "Resource-leak smells of the taxonomy of arXiv 2511.15229, as far as reading a program decides them. "
        "How well that works is in [precision](../../explanation/smell-precision.md).",
        "",
        "| code | smell | abbreviation | frameworks |",
        "|---|---|---|---|",
    ]
    for rule in RULES:
        frameworks = ", ".join(rule.frameworks)
        lines.append(f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.abbreviation} | {frameworks} |")
    lines += ["", "## Smells that no rule decides", "", "| smell | frameworks | reason |", "|---|---|---|"]
    lines += [f"| {one.name} | {', '.join(one.frameworks)} | {one.reason} |" for one in UNDECIDED]
    return "\n".join([*lines, ""])


def _page(rule: Rule) -> str:
    parts = [
        f"# {rule.code}: {rule.name} ({rule.abbreviation})",
        f"Frameworks: {', '.join(rule.frameworks)}. Measured cost: {rule.measured}.",
        f"## Why\n\n{rule.why}",
        f"## Bad\n\n{_snippet(rule.code, 'bad')}",
        f"## Good\n\n{_snippet(rule.code, 'good')}",
        f"## Fix\n\n{rule.fix}",
        f"## Limits\n\n{rule.limits}",
        f"A comment `# noqa: {rule.code}` silences a line. More examples are in `tests/source/smells/`.",
    ]
    return "\n\n".join([*parts, ""]).rstrip("\n") + "\n"


def _snippet(code: str, kind: str) -> str:
    paths = sorted((SNIPPETS / code).glob(f"{kind}_*.py"))
    texts = [path.read_text(encoding="utf-8") for path in paths]
    twins = [text for text in texts if re.search("fix|snippet", text.partition("\n")[0])]
    return f"```python\n{(twins or texts)[0]}```"


def main(arguments: list[str]) -> int:
    """Write or check the pages; return the exit code."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = pages()
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    if "--check" in arguments:
        differing = sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))
        for name in differing:
            print(f"docs/reference/smells/{name}: differs; run python tools/smell_pages.py")
        return int(bool(differing))
    for name in there.keys() - made.keys():
        (FOLDER / name).unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
