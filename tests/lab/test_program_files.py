"""Which files of a program are put on record: what commands name, and never what is private or elsewhere."""

import os
import socket
from pathlib import Path

import pytest

from sut.programs.named import named_by
from sut.programs.places import Places, copy_name
from sut.programs.privacy import is_ignored
from sut.programs.reading import MOST_COPIED_BYTES, read_file


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    folder = tmp_path / "bench"
    (folder / "code").mkdir(parents=True)
    (folder / "code/train.py").write_text("print()\n")
    (folder / "code/settings.toml").write_text("a = 1\n")
    (folder / "data.csv").write_text("1\n")
    return folder


def named(bench: Path, *command: str) -> tuple[set[str], list[str]]:
    found = named_by(command, bench, bench.parent / "scenarios")
    return {str(path.relative_to(bench.parent)) for path in found.paths}, found.notes


def test_a_command_names_its_program_its_settings_and_its_data(bench: Path) -> None:
    command = (
        "{python}",
        "code/train.py",
        "--settings=code/settings.toml",
        "--data",
        "data.csv",
        "{run_dir}/x",
    )
    assert named(bench, *command) == (
        {"bench/code/train.py", "bench/code/settings.toml", "bench/data.csv"},
        [],
    )


def test_a_module_and_a_line_of_a_shell_name_files_too(bench: Path) -> None:
    assert named(bench, "python3", "-m", "code.train")[0] == {"bench/code/train.py"}
    assert named(bench, "sh", "-c", "cd . && python3 code/train.py 'data.csv'")[0] == {
        "bench/code/train.py",
        "bench/data.csv",
    }


def test_a_program_that_is_not_there_is_a_note_and_an_option_is_nothing(bench: Path) -> None:
    assert named(bench, "{python}", "gone.py", "--fast", "gone") == (set(), ["gone.py is not there"])


@pytest.mark.parametrize("text", ["a\0b.py", "x" * 5000, "'", "\udcff.csv", ""])
def test_an_argument_that_no_file_can_be_called_is_no_file(bench: Path, text: str) -> None:
    assert named(bench, "{python}", text)[0] == set()


def test_a_pipe_and_a_socket_in_a_command_are_notes_and_do_not_hang(bench: Path) -> None:
    os.mkfifo(bench / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(bench / "socket"))
    paths, notes = named(bench, "{python}", "pipe", "socket", "code")
    assert (paths, notes) == (set(), ["pipe is no plain file", "socket is no plain file"])


# --- places -----------------------------------------------------------------------------------------


def places(bench: Path, *include: Path) -> Places:
    return Places(bench, bench.parent / "scenarios", include)


def test_names_are_paths_from_the_folder_of_the_configuration(bench: Path) -> None:
    assert places(bench).name_of(bench / "code/../code/train.py") == "code/train.py"
    assert places(bench).name_of(bench.parent / "scenarios/cnn.py") == "{scenarios}/cnn.py"
    assert places(bench).path_of("code/train.py") == bench / "code/train.py"


def test_nothing_outside_has_a_name_also_not_through_a_link(bench: Path) -> None:
    (bench / "passwd.py").symlink_to("/etc/passwd")
    (bench / "etc").symlink_to("/etc")
    for path in ("passwd.py", "etc/passwd", "../other.py", "/etc/passwd"):
        assert places(bench).name_of(bench / path) is None
    assert places(bench).path_of("etc/passwd") is None
    assert places(bench).path_of("../../etc/passwd") is None


def test_a_link_that_stays_inside_is_the_file_it_leads_to(bench: Path) -> None:
    (bench / "alias.py").symlink_to("code/train.py")
    assert places(bench).name_of(bench / "alias.py") == "code/train.py"


def test_what_is_included_lies_elsewhere(bench: Path) -> None:
    for owner in ("a", "b"):
        (bench.parent / owner / "lib").mkdir(parents=True)
        (bench.parent / owner / "lib/part.py").write_text("")
    single = bench.parent / "single.py"
    single.write_text("")
    found = places(bench, bench.parent / "a/lib", bench.parent / "b/lib", single)
    assert found.name_of(bench.parent / "a/lib/part.py") == "elsewhere/lib/part.py"
    assert found.name_of(bench.parent / "b/lib/part.py") == "elsewhere/lib-2/part.py"
    assert found.name_of(single) == "elsewhere/single.py"
    assert found.path_of("elsewhere/lib-2/part.py") == bench.parent / "b/lib/part.py"
    assert found.name_of(bench.parent / "a/other.py") is None


@pytest.mark.parametrize("name", [b"a\nb.py", b"\xff.py", b"\x1b[31m.py"])
def test_a_name_that_cannot_be_shown_is_escaped_and_its_file_not_copied(bench: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.fsencode(bench) + b"/" + name))
    path.write_text("")
    written = places(bench).name_of(path)
    assert written is not None
    assert written.isprintable()
    file = read_file(path, written, "command", "work").file
    assert file.sha256 is not None
    assert file.copy is None


def test_copies_keep_their_path_but_where_the_record_needs_the_name() -> None:
    assert copy_name("code/train.py") == "code/train.py"
    assert copy_name("{scenarios}/cnn.py") == "scenarios/cnn.py"
    assert copy_name("elsewhere/lib/part.py") == "elsewhere/lib/part.py"
    for name in ("programs.json", "Scenarios/cnn.py", "changes.diff", "base/x.py"):
        assert copy_name(name) == f"base/{name}"


# --- what is kept -----------------------------------------------------------------------------------


def kept(path: Path, name: str | None = None) -> tuple[bool, bool]:
    """Say whether a file is hashed, and whether it is copied."""
    content = read_file(path, name or path.name, "command", "work")
    assert (content.data is not None) == (content.file.copy is not None)
    assert (content.file.note is None) == (content.file.copy is not None)
    return content.file.sha256 is not None, content.file.copy is not None


def test_programs_and_settings_are_copied(bench: Path) -> None:
    assert kept(bench / "code/train.py") == (True, True)
    assert kept(bench / "code/settings.toml") == (True, True)
    (bench / "tool").write_text("#!/bin/sh\n")
    assert kept(bench / "tool") == (True, True)


def test_data_and_binary_files_are_hashed_only(bench: Path) -> None:
    assert kept(bench / "data.csv") == (True, False)
    (bench / "binary.py").write_bytes(b"\x7fELF\0")
    assert kept(bench / "binary.py") == (True, False)
    (bench / "large.py").write_bytes(b"#" * (MOST_COPIED_BYTES + 1))
    assert kept(bench / "large.py") == (True, False)


@pytest.mark.parametrize(
    "name",
    (
        *(".env", ".env.local", "prod.env", "server.key", "cert.pem", "id_rsa", "id_ed25519.pub", ".netrc"),
        *("secrets.py", ".ssh/config", ".git/config", "my_credentials.json", "API_KEY.txt", "Token.json"),
    ),
)
def test_what_may_hold_a_secret_is_neither_read_nor_copied(bench: Path, name: str) -> None:
    path = bench / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("hunter2")
    assert kept(path, name) == (False, False)


def test_a_tokenizer_is_no_secret(bench: Path) -> None:
    (bench / "tokenizer.py").write_text("")
    assert kept(bench / "tokenizer.py") == (True, True)


def test_a_private_key_within_a_program_is_not_copied(bench: Path) -> None:
    begin = "-----BEGIN RSA " + "PRIVATE KEY-----"
    (bench / "code/train.py").write_text(f'KEY = """{begin}"""\n')
    assert kept(bench / "code/train.py") == (True, False)


def test_what_cannot_be_read_has_a_note_and_no_hash(bench: Path) -> None:
    os.mkfifo(bench / "pipe.py")
    assert kept(bench / "pipe.py") == (False, False)
    assert kept(bench / "gone.py") == (False, False)
    with open(bench / "huge.py", "wb") as file:
        file.truncate(100 << 30)
    assert kept(bench / "huge.py") == (False, False)


# --- .gitignore ---------------------------------------------------------------------------------------


def ignored(bench: Path, rules: str, name: str = "code/train.py", *, above: str = "") -> bool:
    (bench / ".gitignore").write_text(above)
    (bench / "code/.gitignore").write_text(rules)
    return is_ignored(bench / name)


def test_a_gitignore_names_files_below_it_also_where_git_is_not_used(bench: Path) -> None:
    assert not ignored(bench, "")
    assert ignored(bench, "*.py")
    assert ignored(bench, "", above="code/\n")
    assert not ignored(bench, "!train.py", above="*.py\n")
    assert ignored(bench, "#\n!\n\\\n*.py\n")  # a line that is no rule does not switch off the others


def test_a_rule_is_heeded_whatever_way_leads_to_the_file(bench: Path) -> None:
    (bench / "code/.gitignore").write_text("train.py\n")
    (bench / "other").mkdir()
    (bench / "other/alias.py").symlink_to("../code/train.py")
    assert kept(bench / "other/../code/train.py", "code/train.py") == (True, False)
    assert kept(bench / "other/alias.py", "code/train.py") == (True, False)


def test_rules_above_the_repository_do_not_matter(bench: Path) -> None:
    (bench / "code/.git").mkdir()
    assert not ignored(bench, "", above="*.py\n")


def test_a_rule_that_takes_for_ever_and_one_that_cannot_be_read_keep_everything_private(bench: Path) -> None:
    (bench / "code" / ("a" * 200 + ".py")).write_text("")
    assert ignored(bench, "a*" * 30 + "b", "code/" + "a" * 200 + ".py")
    (bench / "code/.gitignore").unlink()
    os.mkfifo(bench / "code/.gitignore")
    assert is_ignored(bench / "code/train.py")
