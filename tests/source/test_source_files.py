"""Files and notebooks are read without running them; what cannot be read is a note."""

import ast
import json
import sys
from pathlib import Path

from source.files import SourceFile, Unread, read_source, source_paths


def notebook(*sources: str) -> str:
    cells = [{"cell_type": "markdown", "source": "# text"}]
    cells += [{"cell_type": "code", "source": source.splitlines(keepends=True)} for source in sources]
    return json.dumps({"nbformat": 4, "cells": cells})


def test_folders_of_environments_are_left_out_unless_named(tmp_path: Path) -> None:
    for name in ("a.py", "b.ipynb", "c.txt", ".venv/d.py", "lib/site-packages/e.py", "sub/f.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [path.name for path in source_paths([tmp_path])] == ["a.py", "b.ipynb", "f.py"]
    assert [path.name for path in source_paths([tmp_path / "lib/site-packages"])] == ["e.py"]
    assert len(list(source_paths([tmp_path, tmp_path / "a.py"]))) == 3


def test_cells_of_a_notebook_keep_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(notebook("%matplotlib inline\n!pip list\nx = 1", "files = !ls\nmodel.fit?\n\ny = x"))
    source = read_source(path)
    assert isinstance(source, SourceFile)
    assert source.text.splitlines() == ["pass", "pass", "x = 1", "files = None", "pass", "", "y = x"]
    assert source.place(3) == (1, 3)
    assert source.place(7) == (2, 4)


def test_a_form_feed_in_a_cell_ends_no_line(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": "x = 1\n\f\ny = '\u2028'\n!ls"}]}))
    source = read_source(path)
    assert isinstance(source, SourceFile)
    assert [node.lineno for node in source.tree.body] == [1, 3, 4]


def test_a_cell_of_another_language_is_blank(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(notebook("%%bash\nfor f in *; do echo $f; done", "%%time\nx = 1"))
    source = read_source(path)
    assert isinstance(source, SourceFile)
    assert source.text.splitlines() == ["pass", "pass", "pass", "x = 1"]


def test_a_line_of_python_is_no_magic_and_a_bad_cell_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(notebook("print('%d'\n      % 3)", "print 'Python 2'", "y = x"))
    source = read_source(path)
    assert isinstance(source, SourceFile)
    assert source.text.splitlines() == ["print('%d'", "      % 3)", "pass", "y = x"]
    assert source.unread is not None and source.unread.reason.startswith("cell 2: not Python 3")


def test_what_cannot_be_parsed_is_a_note(tmp_path: Path) -> None:
    for name, content in (
        ("two.py", b"print 'Python 2'"),
        ("latin.py", b"x = '\xe9'"),
        ("n.ipynb", b"[]"),
        ("no_cells.ipynb", b'{"cells": 3}'),
        ("no_cell.ipynb", b'{"cells": [1]}'),
        ("no_text.ipynb", b'{"cells": [{"cell_type": "code", "source": [1]}]}'),
        ("zero.py", b"x = '\0'"),
    ):
        (tmp_path / name).write_bytes(content)
        unread = read_source(tmp_path / name)
        assert isinstance(unread, Unread) and unread.reason, name
    assert isinstance(read_source(tmp_path / "absent.py"), Unread)


def test_the_room_uses_the_standard_library_only() -> None:
    imported = {"source"}
    for path in source_paths([Path(__file__).resolve().parents[2] / "source"]):
        read = read_source(path)
        assert isinstance(read, SourceFile)
        for node in ast.walk(read.tree):
            if isinstance(node, ast.Import):
                imported |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])
    assert imported - sys.stdlib_module_names == {"source"}
