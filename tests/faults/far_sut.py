"""A SUT behind an sshd of its own on this machine, for campaigns that faults happen to."""

import os
import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from lab_program import LAB
from short_campaign import config

sys.path.append(str(Path(__file__).parents[1]))
from ssh_bench import NAME, SshBench

LINK_LOST_S = 30
"""After so long without a controller everything on the SUT ends itself."""

FAR_SUT = f'host = "{NAME}"\npython = "/usr/bin/python3"\nlink_lost_s = {LINK_LOST_S}'
"""Keys of ``[sut]`` that lead there."""


def deployed(folder: Path, variables: Mapping[str, str]) -> SshBench:
    """Return a SUT with what `lab sut deploy` puts there.

    Args:
        folder: of the SUT; made.
        variables: of all processes on it.
    """
    pip = {key: value for key, value in os.environ.items() if key.startswith("PIP_")}
    bench = SshBench(folder, variables={**variables, **pip})
    (folder / "lab.toml").write_text(config(random.Random(0), 1, FAR_SUT))
    environment = {**os.environ, **bench.environment}
    subprocess.run([LAB, "sut", "deploy"], cwd=folder, env=environment, check=True, stdout=sys.stderr)
    return bench
