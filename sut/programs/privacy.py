"""What a program's record must not disclose: files that may hold a secret, and those that git ignores."""

import re
from fnmatch import fnmatchcase
from pathlib import Path, PurePath

from pathspec import GitIgnoreSpec

from records.plain_files import read_plain

SECRET_FILES = (
    ".env",
    ".env.*",
    "*.env",
    ".envrc",
    ".netrc",
    ".pgpass",
    ".npmrc",
    ".pypirc",
    ".htpasswd",
    ".git-credentials",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "*.gpg",
    "*.ppk",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    "*secret*",
    "*credential*",
    "*password*",
    "*passwd*",
    "*api_key*",
    "*apikey*",
    "token",
    "token.*",
    "tokens.*",
)
"""Names of files that may hold a secret, in lower case, as patterns of a shell."""

SECRET_FOLDERS = (".git", ".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", "secrets")
"""Folders of which nothing is recorded."""

_KEY = b"PRIVATE KEY-----"
_MOST_RULES_BYTES = 1 << 20
_EVERYTHING = "*"
_WILDCARDS = re.compile(r"\*+")
_MOST_WILDCARDS = 4  # each multiplies the ways in which a long name can be tried


def may_hold_secret(path: PurePath) -> bool:
    """Say whether the name of a file, or of a folder above it, is one that secrets have."""
    *folders, name = [part.lower() for part in path.parts]
    if any(folder in SECRET_FOLDERS for folder in folders):
        return True
    return any(fnmatchcase(name, pattern) for pattern in SECRET_FILES)


def holds_key(content: bytes) -> bool:
    """Say whether a private key is in a text."""
    return _KEY in content


def is_ignored(path: Path) -> bool:
    """Say whether a ``.gitignore`` between a file and the top of its repository names it.

    The files are read here, not by git: what git would do is up to the repository's configuration.
    """
    for folder in path.parents:
        rules = _rules(folder)
        said = rules.check_file(path.relative_to(folder).as_posix()).include if rules else None
        if said is not None:
            return said
        if (folder / ".git").exists():
            return False
    return False


def _rules(folder: Path) -> GitIgnoreSpec | None:
    try:
        text = read_plain(folder / ".gitignore", _MOST_RULES_BYTES).decode(errors="replace")
    except FileNotFoundError:
        return None
    except OSError:  # it is there, and nobody knows what it would keep private
        return GitIgnoreSpec.from_lines([_EVERYTHING])
    return GitIgnoreSpec.from_lines([_safe(line) for line in text.splitlines()])


def _safe(line: str) -> str:
    """Return a rule that can be used; one that would take for ever to match stands for everything."""
    if len(_WILDCARDS.findall(line)) > _MOST_WILDCARDS:
        return _EVERYTHING
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:  # no rule; git leaves it out as well
        return ""
    return line
