"""What an operator gets wrong: a message that mends it, and the right exit code."""

import json
import os
import socket
from pathlib import Path

import pytest
from lab_bench import (
    lab,
    write_config,
)


def test_a_campaign_of_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    campaign = tmp_path / "c"
    campaign.mkdir()
    (campaign / "campaign.json").write_text('{"schema": "wattlab.campaign/2"}')
    for command in ("status", "resume", "analyse"):
        done = lab(command, campaign)
        assert done.returncode == 2, done.stderr
        assert "written by a newer Wattlab" in done.stderr
    assert [path.name for path in campaign.iterdir()] == ["campaign.json"]


@pytest.mark.parametrize("command", ["status", "resume", "analyse", "report"])
def test_a_folder_that_is_no_campaign_is_told(tmp_path: Path, command: str) -> None:
    done = lab(command, tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("lab: ")
    assert "Traceback" not in done.stderr


def test_a_typing_mistake_in_the_configuration_exits_with_2(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    config.write_text(config.read_text().replace("repeats", "repeets"))
    done = lab("run", "--config", config)
    assert done.returncode == 2
    assert "[campaign] repeets: unknown key; did you mean 'repeats'?" in done.stderr


def test_a_plan_that_cannot_be_run_is_refused_before_it_is_printed(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    done = lab("run", "--config", config, "--dry-run", "--repeats", "100001")
    assert done.returncode == 2
    assert "--repeats: [campaign] repeats" in done.stderr
    config.write_text(config.read_text().replace("wattsup_pro", "wattsup"))
    done = lab("run", "--config", config, "--dry-run")
    assert done.returncode == 2
    assert "[meter] driver: " in done.stderr


def test_an_intruding_package_is_named(tmp_path: Path) -> None:
    (tmp_path / "analysis").mkdir()
    (tmp_path / "analysis/__init__.py").write_text("")
    done = lab("--version", env={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert done.returncode == 2
    assert str(tmp_path / "analysis") in done.stderr


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ('["{pyton}", "x.py"]', "unknown placeholder {pyton}; did you mean {python}?"),
        ('["{python}", "x.py"]', "{python} has no value. Set `environment`"),
        ('["sleep", "{duration_s}"]', "{duration_s} has no value. Set `duration_s`"),
    ],
)
def test_a_command_that_cannot_be_put_together_is_told_before_anything_is_run(
    tmp_path: Path, command: str, words: str
) -> None:
    config = write_config(tmp_path, command=command)
    done = lab("run", "--config", config, "--out", tmp_path / "c")
    assert done.returncode == 2
    assert words in done.stderr
    assert not (tmp_path / "c").exists()


def test_an_absent_interpreter_is_told_before_anything_is_run(tmp_path: Path) -> None:
    config = write_config(tmp_path, command='["{python}", "x.py"]')
    text = config.read_text().replace('name = "work"', 'name = "work"\nenvironment = "mine"')
    config.write_text(text.replace("[gate]", '[environments.mine]\npython = "envs/bin/python"\n[gate]'))
    done = lab("run", "--config", config, "--out", tmp_path / "c")
    assert done.returncode == 2
    assert f"[environments.mine] python: there is no {tmp_path}/envs/bin/python" in done.stderr
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ('["no-such-program", "x"]', "no-such-program"),
        ('["./here/no-such-program"]', "./here/no-such-program"),
        ('["python3", "-u", "no_such_script.py"]', "no_such_script.py"),
        ('["bash", "-x", "no_such_script.sh"]', "no_such_script.sh"),
        ('["true"]\ncwd = "no/such/folder"', "cwd: there is no folder"),
    ],
)
def test_a_program_that_is_not_there_is_told_before_anything_is_run(
    tmp_path: Path, command: str, missing: str
) -> None:
    config = write_config(tmp_path, command=command)
    done = lab("run", "--config", config, "--out", tmp_path / "c")
    assert done.returncode == 2
    assert missing in done.stderr
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("port", ["/dev/ttyNOBODY", "replay:///nowhere/meter.csv"])
def test_a_port_that_is_not_there_is_told_before_anything_is_run(tmp_path: Path, port: str) -> None:
    config = write_config(tmp_path, port=port)
    done = lab("run", "--config", config, "--out", tmp_path / "c")
    assert done.returncode == 3
    assert port in done.stderr
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("driver", "port", "code"),
    [
        ("wattsup_pro", "socket://127.0.0.1", 2),
        ("wattsup_pro", "socket://127.0.0.1:{closed}", 3),
        ("yokogawa_wt310", "visa://NONSENSE", 2),
        ("yokogawa_wt310", "visa://TCPIP::127.0.0.1::{closed}::SOCKET", 3),
        ("shelly", "http://", 2),
        ("shelly", "http://127.0.0.1:{closed}", 3),
        ("rapl", "virtual", 2),
        ("rapl", "/nowhere/powercap", 3),
    ],
)
def test_an_address_at_which_nobody_answers_is_told_before_anything_is_run(
    tmp_path: Path, driver: str, port: str, code: int
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    port = port.format(closed=closed)
    config = write_config(tmp_path, port=port)
    config.write_text(config.read_text().replace("wattsup_pro", driver))
    done = lab("run", "--config", config, "--out", tmp_path / "c")
    assert done.returncode == code, done.stderr
    assert "127.0.0.1" in done.stderr or port in done.stderr
    assert not (tmp_path / "c").exists()


def test_a_calibration_that_is_not_there_is_told_before_anything_is_run(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    config.write_text(config.read_text().replace("[meter]", '[meter]\ncalibration = "cal.json"'))
    done = lab("run", "--config", config, "--out", tmp_path / "c")
    assert done.returncode == 2
    assert str(tmp_path / "cal.json") in done.stderr
    assert not (tmp_path / "c").exists()


def test_the_seed_of_a_dry_run_gives_its_order_again(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    config.write_text(config.read_text().replace("seed = 1\n", ""))
    drawn = json.loads(lab("run", "--config", config, "--dry-run", "--json", "--repeats", 9).stdout)
    options = ("--seed", drawn["seed"], "--repeats", 9)
    again = json.loads(lab("run", "--config", config, "--dry-run", "--json", *options).stdout)
    assert (again["seed"], again["plan"]) == (drawn["seed"], drawn["plan"])
