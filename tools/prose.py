"""Look for clipped, inverted and unusual wordings in everything that a reader of Wattlab meets.

    python tools/prose.py              docs, README, help, messages, report texts
    python tools/prose.py PATH...      these files and folders only

Prints ``file:line: "what was found": what to write there`` and exits with 1 where it found any. The
wordings are in ``tools/wordings.toml``. Of Python files it reads docstrings and strings with a space
in them, of Markdown everything but code, of templates the text between tags and fields, of CHANGELOG.md
what is not released yet.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READ = (
    *("README.md", "CHANGELOG.md", "docs"),
    *("analysis", "lab", "meter", "records", "reports", "source", "sut", "workload"),
)
_CODE = re.compile(
    r"^( *)(```|~~~).*?^\1\2|`[^`\n]+`|\]\([^)\n]*\)|<!--.*?-->|https?://\S+", re.DOTALL | re.MULTILINE
)
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|{[{%#].*?[}%#]}|<[^>]*>", re.DOTALL)
_JS_STRING = re.compile(r"`[^`]*`|\"[^\"\n]*\"|'[^'\n]*'")

Found = tuple[int, str, str]


class Wordings:
    """The list of wordings.

    Args:
        path: a TOML file with tables ``wording`` of ``found`` and ``better``.
    """

    def __init__(self, path: Path) -> None:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["wording"]
        self._rows = [(_pattern(row["found"]), row["better"]) for row in rows]

    def within(self, text: str, line: int) -> Iterator[Found]:
        """Yield line, wording and advice for each wording in a text that begins at a line."""
        for pattern, better in self._rows:
            for match in pattern.finditer(text):
                found = " ".join(match[0].split())
                yield line + text.count("\n", 0, match.start()), found, better


def _pattern(found: str) -> re.Pattern[str]:
    return re.compile(re.sub(r" (?![*+?{])", r"\\s+", found), re.IGNORECASE)


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts of a file that readers meet, each with the line on which it begins."""
    source = path.read_text(encoding="utf-8")
    match path.suffix:
        case ".py":
            yield from _python(source)
        case ".js":
            for match in _JS_STRING.finditer(source):
                yield source.count("\n", 0, match.start()) + 1, match[0]
        case ".md":
            unreleased = source.partition("\n## [0")[0] if path.name == "CHANGELOG.md" else source
            yield 1, _blanked(_CODE, unreleased)
        case _:
            yield 1, _blanked(_TAGS, source)


def _python(source: str) -> Iterator[tuple[int, str]]:
    inside: set[ast.AST] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "…" for part in node.values]
            inside.update(node.values)
            yield node.lineno, _blanked(_CODE, "".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and node not in inside and _is_prose(node.value):
            yield node.lineno, _blanked(_CODE, str(node.value))


def _is_prose(value: object) -> bool:
    return isinstance(value, str) and " " in value


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: re.sub(r"[^\n]", "\N{NO-BREAK SPACE}", match[0]), text)


def files(paths: list[Path]) -> Iterator[Path]:
    """Yield the files to read of files and folders, in order."""
    for path in paths:
        if not path.exists():
            raise SystemExit(f"{path}: expected a file or folder, found nothing there")
        if path.is_dir():
            kinds = (".py", ".md", ".html", ".j2", ".js")
            yield from sorted(file for file in path.rglob("*") if file.suffix in kinds and file.is_file())
        else:
            yield path


def main(arguments: list[str]) -> int:
    """Print what was found in the files; return the exit code."""
    wordings = Wordings(ROOT / "tools" / "wordings.toml")
    count = 0
    for path in files([Path(one) for one in arguments] or [ROOT / one for one in READ]):
        for first, text in texts(path):
            for line, found, better in wordings.within(text, first):
                count += 1
                shown = path.resolve().relative_to(ROOT) if path.resolve().is_relative_to(ROOT) else path
                print(f'{shown}:{line}: "{found}": {better}')
    print(f"{count} wording{'' if count == 1 else 's'} to replace", file=sys.stderr)
    return 1 if count else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
