"""Entry point of the command ``lab`` (and of ``python -m lab``)."""

import io
import sys

from lab.own_packages import check_own_packages
from records.errors import WattlabError


def main() -> None:
    """Check that the code that runs is ours, then run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None where the caller closed it
            stream.reconfigure(errors="backslashreplace")
    try:
        check_own_packages()
    except WattlabError as error:
        print(f"lab: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    from lab.cli import cli

    cli(prog_name="lab")


if __name__ == "__main__":
    main()
