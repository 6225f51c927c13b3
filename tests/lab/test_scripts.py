"""Which file a command line tells an interpreter to run, and where it does not show."""

import pytest

from lab.conduct.scripts import script_of


@pytest.mark.parametrize(
    ("command", "script"),
    [
        ("python3 -u train.py --epochs 3", "train.py"),
        ("/opt/env/bin/python -m wattlab_probe --epochs train.py", "train.py"),
        ("python -m wattlab_calls --out=calls --libs=keras train.py -m x", "train.py"),
        ("python -B -m wattlab_calls --libs=keras notebook.ipynb", "notebook.ipynb"),
        ("bash run.sh", "run.sh"),
        ("/bin/sh -eu run.sh -c x", "run.sh"),
        ("Rscript --vanilla model.R 1", "model.R"),
        ("node --max-old-space-size=4096 app.js", "app.js"),
        ("julia --project=. fit.jl", "fit.jl"),
        ("perl work.pl", "work.pl"),
    ],
)
def test_the_script_is_the_first_argument_behind_plain_flags(command: str, script: str) -> None:
    program, *arguments = command.split()
    found = script_of(program, arguments)
    assert found is not None
    assert found.names[0] == script


@pytest.mark.parametrize(
    "command",
    [
        "python3 -c pass",
        "python3 -m package",
        "python3 -m wattlab_calls --libs=keras -m package train.py",
        "bash -c work.sh",
        "sh -ec work.sh",
        "bash -o pipefail run.sh",
        "bash -s",
        "Rscript -e 1+1",
        "node -e 1",
        "node --eval 1",
        "node --require ./hook.js app.js",
        "julia --project . fit.jl",
        "python3",
        "./program data.csv",
        "sleep 3",
    ],
)
def test_where_an_interpreter_may_take_it_otherwise_nothing_is_looked_for(command: str) -> None:
    program, *arguments = command.split()
    assert script_of(program, arguments) is None
