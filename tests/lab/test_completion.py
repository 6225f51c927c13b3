"""What Tab makes of a line in a real shell, with the script that ``lab completion`` prints for it."""

import os
import pty
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which

import pytest
from lab_bench import lab
from test_stored import write_campaign

PROMPT = "ready>"
START = {
    "bash": ["bash", "--noprofile", "--rcfile", "start", "-i"],
    "zsh": ["zsh", "-i"],
    "fish": ["fish", "--no-config", "--init-command", "source start"],
}
_RECORD = "lab() { printf '<%s>' \"$@\" >> words; echo >> words; }"
_TAB_AND_ENTER = "tab() { zle expand-or-complete; zle accept-line }; zle -N tab; bindkey '^I' tab"
"""For zsh, which completes less while more has been typed than it has read."""

START_FILE = {
    "bash": f"PS1='{PROMPT}'; source scripts/_lab; {_RECORD}",
    "zsh": f"""
        PS1='{PROMPT}'
        fpath=($PWD/scripts $fpath)
        autoload -Uz compinit; compinit -u -D
        {_TAB_AND_ENTER}
        {_RECORD}
    """,
    "fish": f"""
        function fish_prompt; echo '{PROMPT}'; end
        source scripts/_lab
        function lab; printf '<%s>' $argv >> words; echo >> words; end
    """,
}
"""They replace ``lab`` by a function that writes down the words that it is called with."""

CAMPAIGN = "my, $(touch made)"
LINES = {
    "meter ident": ["meter", "identify"],
    "serve --po": ["serve", "--port"],
    "report lat": ["report", "latest"],
    "check my": ["check", CAMPAIGN],
    'status "my': ["status", CAMPAIGN],
    "report 'my": ["report", CAMPAIGN],
    "measure old -- python tra": ["measure", "old", "--", "python", "train.py"],
}


@pytest.mark.parametrize(
    "shell",
    [
        pytest.param(name, marks=pytest.mark.skipif(which(name) is None, reason=f"there is no {name} here"))
        for name in START
    ],
)
def test_tab_completes_commands_options_campaigns_and_files(shell: str, tmp_path: Path) -> None:
    write_campaign(tmp_path / "campaigns" / CAMPAIGN, 1.0)
    (tmp_path / "train.py").touch()
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/_lab").write_text(lab("completion", shell).stdout)
    for name in ("start", ".zshrc"):
        (tmp_path / name).write_text(START_FILE[shell])
    end = "\t" if shell == "zsh" else "\t\r"
    received = words_of_lines(START[shell], [f"lab {line}{end}" for line in LINES], tmp_path)
    assert dict(zip(LINES, received, strict=True)) == LINES
    assert not (tmp_path / "made").exists()


def words_of_lines(argv: list[str], lines: list[str], folder: Path) -> list[list[str]]:
    """Type lines into a shell on a terminal of its own; return the words that ``lab`` is called with."""
    ours, its = pty.openpty()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    own = {"HOME": str(folder), "ZDOTDIR": str(folder), "TERM": "xterm", "LC_ALL": "C.UTF-8", "PATH": path}
    argv, env, words = ["setsid", "--ctty", *argv], {**os.environ, **own}, folder / "words"
    shell = subprocess.Popen(argv, stdin=its, stdout=its, stderr=its, cwd=folder, env=env)
    os.close(its)
    words.touch()
    try:
        read_until(ours, lambda screen: PROMPT in screen)
        for number, line in enumerate(lines, start=1):
            os.write(ours, line.encode())
            read_until(ours, lambda _, number=number: words.read_text().count("\n") == number)
    finally:
        shell.kill()
        shell.wait()
        os.close(ours)
    return [line[1:-1].split("><") for line in words.read_text().splitlines()]


def read_until(terminal: int, done: Callable[[str], bool]) -> None:
    """Read what a shell shows until a condition holds of it."""
    screen = ""
    while not done(screen):
        if select.select([terminal], [], [], 0.05)[0]:
            screen += os.read(terminal, 65536).decode(errors="replace")
