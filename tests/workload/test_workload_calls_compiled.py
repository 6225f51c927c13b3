"""Functions that a library has compiled are recorded like its others."""

from pathlib import Path

import pytest

from records.calls import read_calls


def test_a_function_of_cython_is_recorded(run_python, run_dir: Path) -> None:
    numpy = pytest.importorskip("numpy")
    assert type(numpy.random.default_rng).__name__ == "cython_function_or_method"
    (run_dir / "program.py").write_text("import numpy as np\nnp.random.default_rng(1).random()\n")
    done = run_python("-m", "wattlab_calls", "--out=calls", "--libs=numpy", "program.py")
    assert done.returncode == 0, done.stderr
    (process,) = read_calls(run_dir / "calls")
    assert sorted(site.api for site in process.sites.values()) == [
        "numpy.random.Generator.random",
        "numpy.random.default_rng",
    ]
