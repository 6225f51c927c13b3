"""No secret is accepted in lab.toml, and none that a program is handed gets into records or reports."""

import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from lab_bench import lab, write_config

from lab.config.file import build_config, parse_config
from lab.config.secrets import check_secrets
from lab.fleet.bench import load_bench
from records.errors import ConfigurationError

CONFIG = """
[meter]
driver = "wattsup_pro"
port = "virtual"
[[scenario]]
name = "work"
command = {command}
{more}
"""
VALUE = "hunter2-c0rrect-h0rse"


def config(command: str = '["sleep", "1"]', more: str = "") -> str:
    return CONFIG.format(command=command, more=more)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (config(more=f'env = {{ HF_TOKEN = "{VALUE}" }}'), "scenario.work.env.HF_TOKEN"),
        (config(more=f'env = {{ AWS_SECRET_ACCESS_KEY = "{VALUE}" }}'), "scenario.work.env.AWS_SECRET"),
        (config(more=f'env = {{ OPENAI_API_KEY = "{VALUE}" }}'), "scenario.work.env.OPENAI_API_KEY"),
        (config(more=f'env = {{ DSN = "postgres://me:{VALUE}@db/x" }}'), "scenario.work.env.DSN"),
        (config(f'["curl", "--password", "{VALUE}"]'), "scenario.work.command"),
        (config(f'["curl", "--api_key={VALUE}"]'), "scenario.work.command"),
        (config(f'["curl", "-H", "Authorization: Bearer {VALUE}"]'), "scenario.work.command"),
        (config(f'["x", "ghp_{VALUE.replace("-", "")}"]'), "scenario.work.command"),
        (config() + f'[[sut.before_run]]\ncommand = ["x", "--token={VALUE}"]\n', "sut.before_run[0].command"),
        (config().replace('"virtual"', f'"socket://me:{VALUE}@pdu:23"'), "meter.port"),
        (config(more=f'env = {{ PGPASSWORD = "{VALUE}" }}'), "scenario.work.env.PGPASSWORD"),
        (config(more=f'env_from = ["HF_TOKEN={VALUE}"]'), "scenario.work.env_from"),
        (config(f'["env", "HF_TOKEN={VALUE}", "python"]'), "scenario.work.command"),
        (config(f'["sh", "-c", "HF_TOKEN={VALUE} python x.py"]'), "scenario.work.command"),
        (config(f'["sh", "-c", "curl --token={VALUE} host"]'), "scenario.work.command"),
        (config(f'["sh", "-c", "x --password \'{VALUE}\'; y"]'), "scenario.work.command"),
        (config(f'["x", "--openai-api-key", "{VALUE}"]'), "scenario.work.command"),
        (config(f'["x", "logger.api_key={VALUE}"]'), "scenario.work.command"),
        (config(f'["curl", "-u", "me:{VALUE}", "host"]'), "scenario.work.command"),
        (config(f'["/usr/bin/curl", "-ume:{VALUE}", "host"]'), "scenario.work.command"),
        (config(f'["sshpass", "-p", "{VALUE}", "ssh", "host"]'), "scenario.work.command"),
        (config(f'["curl", "-H", "X-Api-Key: {VALUE}"]'), "scenario.work.command"),
        (config(f'["curl", "-H", "authorization: token {VALUE}"]'), "scenario.work.command"),
        (config(f'["curl", "HTTPS://me:{VALUE}$1@host"]'), "scenario.work.command"),
        (config(f'["curl", "https://host/x?a=1&access_token={VALUE}"]'), "scenario.work.command"),
        (
            config() + f'[notify]\ncommand = ["x", "https://api.telegram.org/bot1:{VALUE}/x"]\n',
            "notify.command",
        ),
        (config() + f'[sut]\nhost = "me:{VALUE}@sut1"\n', "sut.host"),
        (
            config() + f'[trackers.codecarbon]\noptions = {{ api_key = "{VALUE}" }}\n',
            "trackers.codecarbon.options.api_key",
        ),
    ],
)
def test_a_secret_in_the_file_is_refused_by_its_place_and_not_repeated(text: str, place: str) -> None:
    with pytest.raises(ConfigurationError, match="env_from") as refused:
        parse_config(text, "lab.toml", Path("/bench"))
    assert f"lab.toml: {place}" in str(refused.value)
    assert VALUE not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        config(
            more='env = { TOKENIZERS_PARALLELISM = "false", MAX_TOKENS = "7", KEYBOARD = "de", PASS = "1" }'
        ),
        config(more='env = { API_KEY = "" }'),
        config(more='env_from = ["HF_TOKEN"]'),
        config('["train", "--max-tokens", "5", "--pad-token", "<pad>", "--token", "{run_dir}"]'),
        config('["sh", "-c", "curl https://$USER:$PASSWORD@host --token=$TOKEN"]'),
        config('["sh", "-c", "exit"]', 'env = { URL = "https://me@host:8080/a:b@c" }'),
        config('["python", "hf_text_classification.py", "sk-learn-classifiers-compared"]'),
        config("""["python", "-c", "connect(1, api_key=os.environ['KEY'])"]"""),
        config('["x", "--password-file", "p.txt", "-u", "1000:1000", "--pad_token=x", "max_tokens=5"]'),
        config('["sh", "-c", "curl -u me:$PASSWORD -H \\"X-Api-Key: $KEY\\" https://host/?token=$T"]'),
        config(more='env = { POSTGRES_PASSWORD_FILE = "/run/p", PWD = "/home/me" }'),
    ],
)
def test_what_only_looks_like_one_is_accepted(text: str) -> None:
    assert parse_config(text, "lab.toml", Path("/bench")).find_scenario("work")


def test_a_secret_in_the_file_of_a_bench_is_refused_likewise(tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    path.write_text(f"""
[bench]
name = "a"
model = "m"
[meter]
driver = "wattsup_pro"
port = "virtual"
[[sut.before_run]]
command = ["x", "--token={VALUE}"]
""")
    with pytest.raises(ConfigurationError, match="env_from") as refused:
        load_bench(path)
    assert "sut.before_run[0].command" in str(refused.value)
    assert VALUE not in str(refused.value)


def test_endless_tables_are_an_error_of_the_file() -> None:
    with pytest.raises(ConfigurationError):
        parse_config("a." * 3000 + "b = 1", "lab.toml", Path("/bench"))


def test_a_stored_campaign_that_holds_one_can_still_be_opened() -> None:
    stored = parse_config(config(), "lab.toml", Path("/bench")).to_json()
    stored["scenario"][0]["env"] = {"HF_TOKEN": VALUE}
    assert build_config(stored, "campaign.json", Path("/bench")).find_scenario("work").env
    with pytest.raises(ConfigurationError):
        check_secrets(stored, "campaign.json")


def test_a_variable_that_is_not_set_is_named_before_anything_runs(tmp_path: Path) -> None:
    path = write_config(tmp_path)
    path.write_text(path.read_text() + 'env_from = ["WATTLAB_TEST_TOKEN"]\n')
    done = lab("run", "--config", path, "--out", tmp_path / "c")
    assert done.returncode == 2
    assert "WATTLAB_TEST_TOKEN" in done.stderr
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["measure", "--driver", "wattsup_pro", "--port", "virtual", "--", "curl"],
        ["profile", "train.py", "--driver", "wattsup_pro", "--port", "virtual", "--"],
    ],
)
def test_a_secret_on_the_command_line_is_refused_as_well(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "train.py").touch()
    done = lab(*words, "--password", VALUE, cwd=tmp_path)
    assert (done.returncode, "env_from" in done.stderr) == (2, True)
    assert VALUE not in done.stderr


@pytest.mark.slow
def test_no_secret_gets_into_records_report_or_export(tmp_path: Path) -> None:
    """Everything that a program and a lab are commonly given in secret, and a search through all files."""
    secrets = {
        name: f"{VALUE}-{name}" for name in ("handed", "inherited", "index", "remote", "netrc", "file")
    }
    command = '["sh", "-c", "test -n \\"$APP_TOKEN\\" && test -n \\"$SESSION\\" && . ./.env && ./work.sh"]'
    path = write_config(tmp_path, baseline_s=1.0, command=command)
    path.write_text(path.read_text() + 'env_from = ["APP_TOKEN"]\n')
    (tmp_path / "work.sh").write_text("#!/bin/sh\nsleep 1\n")
    (tmp_path / "work.sh").chmod(0o755)
    (tmp_path / ".env").write_text(f"KEY={secrets['file']}\n")
    (tmp_path / "netrc").write_text(f"machine pdu login me password {secrets['netrc']}\n")
    (tmp_path / "netrc").chmod(0o600)
    for words in (
        ["init", "-q"],
        ["remote", "add", "origin", f"https://me:{secrets['remote']}@git.invalid/x"],
    ):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    environment = {
        **os.environ,
        "APP_TOKEN": secrets["handed"],
        "SESSION": secrets["inherited"],
        "PIP_INDEX_URL": f"https://me:{secrets['index']}@index.invalid/simple",
        "NETRC": str(tmp_path / "netrc"),
        "TMPDIR": str(tmp_path),
    }
    campaign, package = tmp_path / "c", tmp_path / "package.zip"
    for words in (
        ["run", "--config", path, "--out", campaign],
        ["analyse", campaign],
        ["report", campaign],
        ["export", campaign, "--out", package],
    ):
        done = lab(*words, env=environment, cwd=tmp_path)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        assert VALUE not in done.stdout + done.stderr
    files = [file for file in campaign.rglob("*") if file.is_file()]
    assert len(files) > 20
    found = [str(file) for file in files if VALUE.encode() in file.read_bytes()]
    with zipfile.ZipFile(package) as archive:
        found += [name for name in archive.namelist() if VALUE.encode() in archive.read(name)]
    assert found == []
