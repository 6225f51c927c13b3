"""The git revision of a program's sources, and what of them is not as committed."""

import base64
import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from records.programs import Revision
from sut.programs.git import Git, GitError
from sut.programs.places import Places
from sut.programs.privacy import holds_key, is_ignored, may_hold_secret

_MOST_DIFF_BYTES = 2 << 20
_MOST_CHANGED = 500
_PLAIN_DIFF = (
    "diff",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-renames",
    "--no-relative",
    "--submodule=short",
    "--ignore-submodules=dirty",
)


_OF_SSH = re.compile(r"(?:[^@/:]+@)?(?P<host>[^@/:]{2,}):(?P<path>(?!//)[^:?#]+)")
"""``user@host:path``."""


@dataclass(frozen=True)
class Found:
    """A repository: its top, the state it is in, and the text of what differs in Base64."""

    top: str
    revision: Revision
    diff: str | None


def find_revisions(places: Places, folders: Iterable[Path]) -> tuple[list[Found], list[str]]:
    """Ask git for the state of every repository that folders lie in.

    Args:
        places: where a program may be recorded from; nothing of a diff comes from elsewhere.
        folders: that hold files of the program.

    Returns:
        The repositories, and a sentence for each that git would not speak of.
    """
    found: dict[Path, Found] = {}
    notes: list[str] = []
    for folder in sorted(set(folders)):
        if not any((above / ".git").exists() for above in (folder, *folder.parents)):
            continue
        try:
            answer = Git(folder).ask("rev-parse", "--show-toplevel")
        except GitError as error:
            notes.append(f"{_label(places, folder)}: the git revision is unknown: {error}")
            continue
        top = Path(os.fsdecode(answer.removesuffix(b"\n")))
        if top not in found and folder.is_relative_to(top):
            found[top] = _describe(places, top)
    return list(found.values()), list(dict.fromkeys(notes))


def head_of(top: Path) -> str | None:
    """Return the commit that is checked out, ``None`` where git does not name one."""
    try:
        return Git(top).ask("rev-parse", "--verify", "HEAD").decode().strip()
    except GitError:
        return None


def _asked(top: Path, *arguments: str) -> str | None:
    try:
        return Git(top).ask(*arguments).decode(errors="replace").strip() or None
    except GitError:
        return None


def without_user(address: str | None) -> str | None:
    """Return the address of a repository without user, password, query and fragment.

    ``None`` for a path of this machine, and for what is no address.
    """
    if address is None:
        return None
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if parts.hostname is not None:
        return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"
    match = _OF_SSH.fullmatch(address)
    return None if match is None else f"{match['host']}:{match['path']}"


def _label(places: Places, folder: Path) -> str:
    return places.name_of(folder) or "."


def _describe(places: Places, top: Path) -> Found:
    revision = Revision(
        folder=_label(places, top),
        revision=head_of(top),
        branch=_asked(top, "symbolic-ref", "--short", "--quiet", "HEAD"),
        remote=without_user(_asked(top, "config", "--get", "remote.origin.url")),
    )
    if revision.revision is None:
        revision.note = "git names no commit that is checked out"
        return Found(str(top), revision, None)
    git = Git(top)
    try:
        names = git.ask(*_PLAIN_DIFF, "--name-only", "-z", "HEAD").split(b"\0")[:-1]
        revision.changed = len(names)
        told = [name for name in map(os.fsdecode, names) if _may_be_told(places, top / name, name)]
        notes = []
        if len(told) < len(names):
            notes.append(f"{len(names) - len(told)} changed files are not in the diff: outside, or private")
        if len(told) > _MOST_CHANGED:
            notes.append(f"the diff shows the first {_MOST_CHANGED} of {len(told)} changed files")
        diff = (
            git.ask(*_PLAIN_DIFF, "HEAD", "--", *told[:_MOST_CHANGED], most_bytes=_MOST_DIFF_BYTES)
            if told
            else b""
        )
        if holds_key(diff):
            notes.append("the diff was left out: it holds a private key")
            diff = b""
        revision.note = "; ".join(notes) or None
    except GitError as error:
        revision.note = f"what differs from the commit is unknown: {error}"
        return Found(str(top), revision, None)
    if not diff:
        return Found(str(top), revision, None)
    revision.diff_sha256 = hashlib.sha256(diff).hexdigest()
    return Found(str(top), revision, base64.b64encode(diff).decode())


def _may_be_told(places: Places, path: Path, name: str) -> bool:
    """Say whether a changed file belongs in the diff; one that was removed is where its folder is."""
    inside = places.name_of(path.parent) is not None
    return inside and not may_hold_secret(PurePosixPath(name)) and not is_ignored(path)
