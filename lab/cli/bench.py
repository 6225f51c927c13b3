"""``lab init`` and ``lab doctor``: a configuration for this machine, and whether it will work."""

from dataclasses import asdict
from pathlib import Path
from shlex import quote

import click

from lab.cli.common import config_option, json_option
from lab.cli.needed_envs import install_envs_option, install_line, offer
from lab.cli.output import print_json, stdout
from lab.cli.paths import OutputFolder
from lab.conduct.doctor import examine
from lab.conduct.suts import sut_of
from lab.config.file import load_config
from lab.config.template import TEMPLATE_ENVIRONMENTS, Machine, bench_text
from meter.line.ports import list_ports
from records.errors import ConfigurationError, SutError
from records.files import write_atomically
from sut.collectors.collectl_tool import find_collectl
from sut.collectors.nvml import open_gpus
from sut.preflight import Subject

_WORDS = {True: "ok", False: "FAILED", None: "note"}


@click.command()
@click.argument("folder", metavar="[DIR]", type=OutputFolder(), default=Path())
@install_envs_option
@json_option
def init(folder: Path, install_envs: bool, as_json: bool) -> None:
    """Write a commented lab.toml for this machine, with the ports, GPU and collectl found here.

    Offers to build missing environments of scenarios and trackers.

    \b
    lab init
    lab init bench-2 --install-envs
    """
    path = folder / "lab.toml"
    if path.exists():
        raise ConfigurationError(
            f"{path}: expected no lab.toml, but there is one. Move it away, or name another folder"
        )
    ports = list_ports()
    gpus = _gpu_names()
    machine = Machine(
        ports=[f"{port.device} ({port.description})" for port in ports],
        first_port=next((port.device for port in ports if port.usb_id), None),
        gpus=gpus,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, bench_text(machine))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written: {error}") from None
    missing = offer(TEMPLATE_ENVIRONMENTS, build=install_envs, ask=not as_json)
    seen = {
        "written": str(path),
        "ports": [asdict(port) for port in ports],
        "gpus": gpus,
        "collectl": find_collectl() is not None,
        "missing_environments": missing,
    }
    if as_json:
        print_json(seen)
        return
    stdout.print(f"Written: {path}")
    names = ", ".join(port.device for port in ports)
    stdout.print(f"Serial ports: {names or 'none found'}")
    if machine.first_port is None:
        stdout.print("No meter found on USB: lab.toml uses the virtual meter")
    stdout.print(f"GPU: {', '.join(gpus) or 'none found'}")
    stdout.print(f"collectl: {'found' if seen['collectl'] else 'not installed'}")
    if missing:
        stdout.print(f"Environments missing: {', '.join(missing)}. Build them with")
        stdout.print(f"    {install_line(missing)}")
    stdout.print(f"Next: review it, then run: lab doctor --config {quote(str(path))}")


@click.command()
@config_option
@json_option
@click.pass_context
def doctor(ctx: click.Context, config_path: Path, as_json: bool) -> None:
    """Check the bench before a campaign: meter, rate, clock, collectors, disk, environments.

    Prints one line per check, with a fix for each failure. Exit code 3 when the meter fails, 1 when
    another check fails.

    \b
    lab doctor
    lab doctor --config bench-2/lab.toml
    """
    config = load_config(config_path)
    checks = []
    for check in examine(config, sut_of(config)):
        checks.append(check)
        if not as_json:
            stdout.print(f"{_WORDS[check.ok]:>6}  {check.name}: {check.message}")
            if check.fix and check.ok is not True:
                stdout.print(f"        -> {check.fix}")
    failed = [check for check in checks if check.ok is False]
    if as_json:
        print_json({"failed": len(failed), "checks": [asdict(check) for check in checks]})
    else:
        stdout.print(f"{len(checks)} checks, {len(failed)} failed.")
    if failed:
        ctx.exit(SutError.exit_code if any(check.subject is Subject.METER for check in failed) else 1)


def _gpu_names() -> list[str]:
    cards = open_gpus()
    if cards is None:
        return []
    try:
        return list(cards.names)
    finally:
        cards.close()
