"""Do a fixed amount of work: the control workload that shows whether the lab itself is in order.

It ends after its last round, never after a time, so that every run costs the same energy as long as
nothing changed. Standard library only.
"""

import argparse
import hashlib
import multiprocessing

import wattlab_probe as probe

ROUND = 2_000
_BLOCK = bytes(range(256)) * 16


def work(rounds):
    """Hash and multiply; return a digest of everything that was computed."""
    digest = hashlib.sha256()
    state = 1
    for _ in range(rounds):
        for _ in range(ROUND):
            state = state * 6364136223846793005 + 1442695040888963407 & 0xFFFF_FFFF_FFFF_FFFF
        digest.update(state.to_bytes(8, "little") + _BLOCK)
    return digest.hexdigest()


def main():
    """Let each process do all the rounds, and check that all of them came to the same result."""
    parser = argparse.ArgumentParser(description="A fixed amount of work.")
    parser.add_argument("--rounds", type=int, default=300_000, help="of work that each process does")
    parser.add_argument("--processes", type=int, default=1, help="as many as are to be busy at a time")
    options = parser.parse_args()
    if options.rounds < 1 or options.processes < 1:
        parser.error("--rounds and --processes: expected 1 or more")
    with probe.action("control"), multiprocessing.Pool(options.processes) as pool:
        digests = set(pool.map(work, [options.rounds] * options.processes, chunksize=1))
    if len(digests) != 1:
        raise SystemExit(f"the processes came to different results: {sorted(digests)}")
    print(f"{options.processes} x {options.rounds} rounds: {digests.pop()}")


if __name__ == "__main__":
    main()
