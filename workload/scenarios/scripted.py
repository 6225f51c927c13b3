"""Do nothing for some seconds while a scripted truth draws its power: marks its start and end.

``scripted.py SECONDS`` on the stage of ``lab trackers stage``, which names the file of the marks. Standard
library only.
"""

import os
import sys
import time


def main(seconds, marks):
    """Mark the start, wait, mark the end."""
    with open(marks, "a", encoding="ascii", buffering=1) as file:
        begin_s = time.monotonic()
        file.write(f"begin {begin_s:.6f}\n")
        time.sleep(seconds)
        end_s = time.monotonic()
        file.write(f"end {end_s:.6f}\n")
    print(f"begin {begin_s:.6f} end {end_s:.6f} (seconds of the monotonic clock)")


if __name__ == "__main__":
    if "WATTLAB_TRUTH_MARKS" not in os.environ:
        sys.exit("expected to run on a stage: `lab trackers stage TRUTH.toml -- lab run` makes one")
    main(float(sys.argv[1]), os.environ["WATTLAB_TRUTH_MARKS"])
