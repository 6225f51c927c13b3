"""The measured program of a truth script: marks its begin, waits, marks its end. Standard library only.

``python program.py MARKS SECONDS``
"""

import sys
import time
from pathlib import Path


def main(marks: str, seconds: str) -> None:
    """Run the program."""
    with open(Path(marks), "a", encoding="ascii") as file:
        begin_s = time.monotonic()
        file.write(f"begin {begin_s:.6f}\n")
        file.flush()
        time.sleep(float(seconds))
        file.write(f"end {time.monotonic():.6f}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
