"""A campaign over ssh through a bad network, with a SUT whose clock is off: energies, clock, a cut link."""

import os
import shutil
from math import hypot
from pathlib import Path

import pytest
from far_campaign import AHEAD_S, DELAY_S, DRIFT_PPM, IDLE_W, PROGRAM_W, TRUE_WH, compare
from far_network import why_not
from ssh_bench import need_sshd


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_far_campaign_gives_the_energies_of_a_near_one(tmp_path: Path) -> None:
    need_sshd()
    reason = why_not() or ("" if shutil.which("cc") else "no C compiler (cc) is installed")
    if reason:
        pytest.skip(reason)
    found = compare(tmp_path, {key: value for key, value in os.environ.items() if key.startswith("PIP_")})
    uncorrected_wh = (PROGRAM_W - IDLE_W) * AHEAD_S / 3600
    for name, (near, far) in found.energies.items():
        assert abs(far.mean_wh - TRUE_WH[name]) < uncorrected_wh / 4
        assert near.runs == far.runs > 1
        assert abs(far.mean_wh - near.mean_wh) < 2 * hypot(near.u_wh, far.u_wh)
    assert found.offset_error_s < 0.005 < AHEAD_S
    assert found.rtt_s >= 2 * DELAY_S
    assert abs(found.drift_ppm - DRIFT_PPM) < DRIFT_PPM
    assert found.cut_run and (found.readings_missing, found.missing, found.refused) == (0, 0, 0)
