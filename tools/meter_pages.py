"""Fill the tables of ``docs/meters/*.md`` from what the drivers declare.

    python tools/meter_pages.py            write the pages
    python tools/meter_pages.py --check    exit 1 when a page says something else than its driver

A page has, for each driver, the lines ``<!-- declared: NAME -->`` and ``<!-- end declared -->``; what
stands between them is made here, everything else is written by hand. The index of the meters,
``docs/meters/README.md``, has ``<!-- index -->`` and ``<!-- end index -->``.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from meter.describe import link, option_in_words, rows  # noqa: E402 (found by the line above)
from meter.registry import driver_class, driver_names, virtual_drivers  # noqa: E402
from meter.spec import MeterSpec  # noqa: E402

PAGES = ROOT / "docs" / "meters"
_DECLARED = re.compile(r"(<!-- declared: (\w+) -->\n).*?(<!-- end declared -->)", re.DOTALL)
_INDEX = re.compile(r"(<!-- index -->\n).*?(<!-- end index -->)", re.DOTALL)


def declared_text(spec: MeterSpec) -> str:
    """Return the part of a page that a driver declares."""
    lines = ["", "| | |", "|---|---|"]
    lines += [f"| {label} | {_cell(text)} |" for label, text in rows(spec, spec.driver in virtual_drivers())]
    if spec.options:
        lines += ["", "| option | value | meaning |", "|---|---|---|"]
        lines += [f"| `{o.name}` | {_cell(option_in_words(o))} | {_cell(o.meaning)} |" for o in spec.options]
    if spec.unverified:
        lines += ["", "Relied on, though no source was read; check it on the instrument:", ""]
        lines += [f"- {fact}" for fact in spec.unverified]
    return "\n".join([*lines, "", ""])


def index_text(pages: dict[str, str]) -> str:
    """Return the table of all meters; ``pages`` gives the page of each driver."""
    lines = [
        "",
        "| instrument | driver | connection | fastest | limits of error of the power |",
        "|---|---|---|---|---|",
    ]
    for name in driver_names():
        spec = driver_class(name).spec
        lines.append(
            f"| [{spec.maker} {spec.model}]({pages[name]}) | `{name}` | {_cell(link(spec))} | "
            f"{spec.fastest_interval_s:g} s | {spec.accuracy.in_words()} |"
        )
    return "\n".join([*lines, "", ""])


def filled() -> dict[Path, str]:
    """Return every page as it should be.

    Raises:
        KeyError: a driver has no page.
    """
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(PAGES.glob("*.md"))}
    pages = {match[2]: path.name for path, text in texts.items() for match in _DECLARED.finditer(text)}
    return {
        path: _INDEX.sub(lambda match: match[1] + index_text(pages) + match[2], _declared(text))
        for path, text in texts.items()
    }


def _declared(text: str) -> str:
    return _DECLARED.sub(lambda match: match[1] + declared_text(driver_class(match[2]).spec) + match[3], text)


def main(arguments: list[str]) -> int:
    """Write or check the pages; return the exit code."""
    stale = [path for path, text in filled().items() if path.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)}: not what its driver declares; run python tools/meter_pages.py")
        return int(bool(stale))
    for path, text in filled().items():
        path.write_text(text, encoding="utf-8")
    print(f"{len(stale)} pages changed")
    return 0


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
