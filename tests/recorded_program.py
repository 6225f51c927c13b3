"""A record of a program in a campaign folder, made up for tests."""

import hashlib
from pathlib import Path

from records.programs import Packages, ProgramFile, Programs, Revision


def write_program(
    campaign: Path,
    files: dict[str, str],
    *,
    scenarios: tuple[str, ...] = ("cnn", "lean"),
    packages: dict[str, str] | None = None,
    revision: str = "1" * 40,
    diff: str = "",
) -> Programs:
    """Write ``programs/`` with these files, one environment for each scenario, and one repository."""
    folder = campaign / "programs"
    folder.mkdir()
    record = Programs(taken_utc_s=1000.0)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        file = ProgramFile(name=name, source="command", scenarios=list(scenarios), copy=name)
        file.sha256, file.bytes = hashlib.sha256(text.encode()).hexdigest(), len(text.encode())
        record.files.append(file)
    record.environments = [
        Packages(name=f"scenario {name}", python="3.11.7", packages=packages or {"keras": "3.15.0"})
        for name in scenarios
    ]
    record.revisions = [Revision(folder=".", revision=revision, changed=1 if diff else 0)]
    if diff:
        (folder / "changes.diff").write_text(diff)
        record.revisions[0].diff = "changes.diff"
        record.revisions[0].diff_sha256 = hashlib.sha256(diff.encode()).hexdigest()
    record.write(folder / "programs.json")
    return record
