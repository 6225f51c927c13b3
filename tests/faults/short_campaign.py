"""The ``lab.toml`` of the campaigns that faults happen to: runs of two seconds on the virtual meter."""

import json
import random

QUICK_BENCH = """
[sut]
collectl = "never"
{sut}
[meter]
driver = "wattsup_pro"
port = "virtual"
[gate]
enabled = false
[run]
lead_in_s = 1.0
lead_out_s = 1.0
"""
"""Sections of a virtual bench that wastes no time; ``{sut}`` takes more keys of ``[sut]``."""

_CONFIG = f"""
[campaign]
title = "Faults"
repeats = {{repeats}}
seed = {{seed}}
max_attempts = 3
{QUICK_BENCH}
[meter.virtual]
fault = {{fault}}
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = 2.0
[[scenario]]
name = "work"
command = ["sh", "-c", "sleep 1; sleep 1"]
limit_s = 20
"""

_LONGEST_S = 180.0


def config(chance: random.Random, repeats: int, sut: str = "", garbled: bool = True) -> str:
    """Return the text, with random moments at which the bytes of the meter are garbled, and more keys."""
    seed, fault = chance.randrange(1000), json.dumps(_garbled(chance) if garbled else [])
    return _CONFIG.format(sut=sut, repeats=repeats, seed=seed, fault=fault)


def _garbled(chance: random.Random) -> list[str]:
    """Return when the line is garbled in each life of the instrument, about three times a minute."""
    faults, t_s = [], chance.uniform(4, 12)
    while t_s < _LONGEST_S:
        kind, lasts_s = chance.choice(["garbage", "torn"]), chance.uniform(0.5, 2.5)
        faults.append(f"{kind}@{t_s:.1f}+{lasts_s:.1f}")
        t_s += lasts_s + chance.uniform(10, 30)
    return faults
