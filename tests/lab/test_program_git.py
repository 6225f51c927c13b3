"""The git revision on record, of repositories that may be hostile, unfinished, or none."""

import base64
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sut.programs.places import Places
from sut.programs.revision import Found, find_revisions

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

IDENTITY = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "init.defaultBranch=main")


def git(folder: Path, *arguments: str) -> str:
    command = ["git", *IDENTITY, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def repository(folder: Path) -> Path:
    (folder / "code").mkdir(parents=True)
    (folder / "code/train.py").write_text("print('one')\n")
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "begin")
    return folder


def look(base_dir: Path, *folders: Path, include: tuple[Path, ...] = ()) -> tuple[list[Found], list[str]]:
    places = Places(base_dir, base_dir.parent / "scenarios", include)
    return find_revisions(places, [base_dir, *folders])


def shown(found: Found) -> bytes:
    return base64.b64decode(found.diff or "")


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    return repository(tmp_path / "bench")


def test_a_clean_tree_is_its_commit(bench: Path) -> None:
    (found,), notes = look(bench, bench / "code")
    assert found.revision.revision == git(bench, "rev-parse", "HEAD")
    assert (found.revision.folder, found.revision.changed, found.diff, notes) == (".", 0, None, [])


def test_what_is_not_committed_is_in_the_diff(bench: Path) -> None:
    (bench / "code/train.py").write_text("print('two')\n")
    (found,), _ = look(bench)
    assert found.revision.changed == 1
    assert found.diff is not None
    assert "-print('one')\n+print('two')\n" in shown(found).decode()
    applied = subprocess.run(["git", "apply", "--reverse"], cwd=bench, input=shown(found), check=False)
    assert applied.returncode == 0
    assert (bench / "code/train.py").read_text() == "print('one')\n"


def test_secrets_and_files_outside_are_counted_and_not_shown(tmp_path: Path) -> None:
    top = repository(tmp_path / "top")
    (top / "bench").mkdir()
    for name in ("bench/.env", "bench/part.py", "outside.py"):
        (top / name).write_text("before\n")
    git(top, "add", "--all", "--force")
    git(top, "commit", "--quiet", "--message", "more")
    for name in ("bench/.env", "bench/part.py", "outside.py"):
        (top / name).write_text("hunter2\n" if name != "bench/part.py" else "after\n")
    (found,), _ = look(top / "bench")
    assert (found.revision.folder, found.revision.changed) == (".", 3)
    assert found.diff is not None
    assert b"after" in shown(found)
    assert b"hunter2" not in shown(found)
    assert "2 changed files are not in the diff" in (found.revision.note or "")


def test_a_removed_file_and_one_that_became_a_link_to_elsewhere_are_told(bench: Path) -> None:
    (bench / "code/other.py").write_text("x = 1\n")
    git(bench, "add", "--all")
    git(bench, "commit", "--quiet", "--message", "more")
    (bench / "code/other.py").unlink()
    (bench / "code/train.py").unlink()
    (bench / "code/train.py").symlink_to("/etc/passwd")
    (found,), _ = look(bench)
    assert found.diff is not None
    assert b"-x = 1" in shown(found)
    assert b"root:" not in shown(found)


@pytest.mark.parametrize("where", ["config", "attributes of the tree"])
def test_nothing_that_a_hostile_configuration_names_is_run(bench: Path, tmp_path: Path, where: str) -> None:
    ran = tmp_path / "ran"
    evil = tmp_path / "evil.sh"
    evil.write_text(f"#!/bin/sh\necho ran >> {ran}\ncat\n")
    evil.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "post-checkout", "fsmonitor-watchman"):
        shutil.copy(evil, hooks / hook)
    for key in (
        *("core.fsmonitor", "diff.external", "diff.evil.textconv", "diff.evil.command", "core.pager"),
        *("filter.evil.clean", "filter.evil.process", "filter.a=b.c.clean", "core.sshCommand", "core.editor"),
        *("core.gitProxy", "credential.helper", "alias.diff", "alias.rev-parse", "gpg.program"),
    ):
        git(bench, "config", key, str(evil))
    git(bench, "config", "core.hooksPath", str(hooks))
    git(bench, "config", "diff.submodule", "diff")
    git(bench, "config", "core.alternateRefsCommand", str(evil))
    attributes = "*.py filter=evil diff=evil\ncode/* filter=a=b.c\n"
    file = bench / (".git/info/attributes" if where == "config" else ".gitattributes")
    file.parent.mkdir(exist_ok=True)
    file.write_text(attributes)
    (bench / "code/train.py").write_text("print('two')\n")
    (found,), _ = look(bench)
    assert found.revision.changed == 1
    assert not ran.exists()


def test_a_submodule_is_asked_for_itself_and_its_configuration_runs_nothing(
    bench: Path, tmp_path: Path
) -> None:
    library = repository(tmp_path / "library")
    git(bench, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "library")
    git(bench, "commit", "--quiet", "--message", "a submodule")
    ran, evil = tmp_path / "ran", tmp_path / "evil.sh"
    evil.write_text(f"#!/bin/sh\necho ran >> {ran}\n")
    evil.chmod(0o755)
    git(bench / "library", "config", "core.fsmonitor", str(evil))
    (bench / "library/code/train.py").write_text("print('two')\n")
    found, notes = look(bench, bench / "library/code")
    assert [(one.revision.folder, one.revision.changed) for one in found] == [(".", 0), ("library", 1)]
    assert not ran.exists()
    assert notes == []


def test_a_repository_without_a_commit_says_so(tmp_path: Path) -> None:
    (tmp_path / "bench").mkdir()
    git(tmp_path / "bench", "init", "--quiet")
    (found,), _ = look(tmp_path / "bench")
    assert (found.revision.revision, found.diff) == (None, None)
    assert found.revision.note


def test_a_folder_without_a_repository_has_no_revision(tmp_path: Path) -> None:
    (tmp_path / "bench").mkdir()
    assert look(tmp_path / "bench") == ([], [])


def test_a_damaged_repository_is_a_note(tmp_path: Path) -> None:
    (tmp_path / "bench/.git").mkdir(parents=True)
    found, notes = look(tmp_path / "bench")
    assert found == []
    assert notes[0].startswith(".: the git revision is unknown")


def test_without_git_the_revision_is_a_note(bench: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code = (
        "import sys; from pathlib import Path; from sut.programs.places import Places; "
        "from sut.programs.revision import find_revisions; base = Path(sys.argv[1]); "
        "print(find_revisions(Places(base, base, []), [base]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(bench)],
        env={**os.environ, "PATH": str(tmp_path / "empty")},
        cwd=Path(__file__).parents[2],
        check=False,
        capture_output=True,
        text=True,
    )
    assert "git is not installed" in done.stdout, done.stderr


def test_a_worktree_that_the_configuration_moves_elsewhere_tells_nothing(bench: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/passwd").write_text("root\n")
    git(bench, "config", "core.worktree", str(tmp_path / "elsewhere"))
    found, _ = look(bench)
    assert found == []


def test_an_unreadable_amount_of_changes_is_left_out(bench: Path) -> None:
    (bench / "code/train.py").write_text("x = 1\n" * 1_000_000)
    (found,), _ = look(bench)
    assert found.diff is None
    assert "unknown" in (found.revision.note or "")


@pytest.mark.parametrize(
    ("address", "shown_as"),
    [
        (
            "https://somebody:token@git.example.org:8443/team/x.git?a=b#c",
            "https://git.example.org:8443/team/x.git",
        ),
        ("git@git.example.org:team/x.git", "git.example.org:team/x.git"),
        ("ssh://git@git.example.org/team/x.git", "ssh://git.example.org/team/x.git"),
        ("/home/somebody/x.git", None),
        ("file:///home/somebody/x.git", None),
        ("../x", None),
    ],
)
def test_branch_and_remote_are_on_record_without_user_and_password(
    bench: Path, address: str, shown_as: str | None
) -> None:
    git(bench, "remote", "add", "origin", address)
    (found,), _ = look(bench)
    assert (found.revision.branch, found.revision.remote) == ("main", shown_as)


def test_a_commit_that_is_checked_out_by_itself_has_no_branch(bench: Path) -> None:
    git(bench, "checkout", "--quiet", "--detach")
    (found,), _ = look(bench)
    assert (found.revision.branch, found.revision.remote) == (None, None)
