"""What differs between two programs, in words."""

from analysis.comparing.programs import FileDifference, ProgramDifference
from reports.words.texts import counted, printable

_SHOWN = 5


def program_lines(program: ProgramDifference) -> list[str]:
    """Return a line for each kind of difference between two programs; one line where nothing differs."""
    if program.unknown:
        return [f"programs: not on record for {' and '.join(program.unknown)}"]
    lines = []
    if program.files:
        lines.append(f"{counted(len(program.files), 'file differs', 'files differ')}: {_some(program.files)}")
    if program.packages:
        versions = [f"{one.name} {one.a or 'none'} and {one.b or 'none'}" for one in program.packages]
        more = ", ..." if len(versions) > _SHOWN else ""
        packages = counted(len(versions), "package version differs", "package versions differ")
        lines.append(f"{packages}: {', '.join(versions[:_SHOWN])}{more}")
    lines += [
        f"git revision of {one.name} differs: {one.a or 'none'} and {one.b or 'none'}"
        for one in program.revisions
    ]
    if not lines:
        lines = [f"programs: the same {counted(program.same, 'file')} and package versions"]
    return [printable(line) for line in lines]


def file_words(file: FileDifference) -> str:
    """Name a file that differs, and how."""
    if file.a is None:
        return f"{file.b} (only in B)"
    if file.b is None:
        return f"{file.a} (only in A)"
    return file.a if file.a == file.b else f"{file.a} and {file.b}"


def _some(files: list[FileDifference]) -> str:
    more = ", ..." if len(files) > _SHOWN else ""
    return f"{', '.join(map(file_words, files[:_SHOWN]))}{more}"
