"""Fill ``docs/reference/findings.md`` from the registered codes of findings.

    python tools/findings_page.py            write the page
    python tools/findings_page.py --check    exit 1 when the page differs from the codes

What stands between ``<!-- codes -->`` and ``<!-- end codes -->`` is made here from
`records.finding_codes`; everything else on the page is written by hand.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from records.finding_codes import CHAPTERS  # noqa: E402 (found by the line above)
from records.findings import Chapter  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "findings.md"
_CODES = re.compile(r"(<!-- codes -->\n).*?(<!-- end codes -->)", re.DOTALL)


def filled(text: str) -> str:
    """Return the page with the tables of all chapters in their place."""
    tables = "\n".join(map(_table, CHAPTERS))
    return _CODES.sub(lambda match: f"{match[1]}\n{tables}\n{match[2]}", text)


def _table(chapter: Chapter) -> str:
    lines = [f"## {chapter.title}", ""]
    if chapter.introduction:
        lines += [chapter.introduction, ""]
    lines += ["| code | level | meaning | what to do |", "|---|---|---|---|"]
    lines += [f"| `{code.code}` | {code.level} | {code.meaning} | {code.remedy} |" for code in chapter.codes]
    return "\n".join([*lines, ""])


def main(arguments: list[str]) -> int:
    """Write or check the page; return the exit code."""
    text = PAGE.read_text(encoding="utf-8")
    made = filled(text)
    if "--check" in arguments:
        if made != text:
            print(f"{PAGE.relative_to(ROOT)}: differs from the codes; run python tools/findings_page.py")
        return int(made != text)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
