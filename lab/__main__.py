"""Entry point of the command ``lab`` (and of ``python -m lab``)."""

import sys

from lab.own_packages import check_own_packages
from records.errors import WattlabError


def main() -> None:
    """Check that the code that runs is ours, then run the command line."""
    try:
        check_own_packages()
    except WattlabError as error:
        print(f"lab: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    from lab.cli import cli

    cli(prog_name="lab")


if __name__ == "__main__":
    main()
