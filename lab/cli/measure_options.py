"""The command line of ``lab measure``: commands behind ``--``, durations, the choice of a meter."""

import re
from collections.abc import Sequence
from pathlib import Path
from shlex import join

import click
from click.shell_completion import CompletionItem

from lab.cli.bench_options import port_of_meter
from lab.cli.paths import any_file
from lab.config.bench import bench_of
from lab.config.file import load_config
from lab.measure.bench import Bench, counter_bench, find_bench, meter_bench
from records.errors import ConfigurationError

END = "--"
BEHIND = "lab.measure.behind"
"""Where the words behind the first ``--`` are kept in the context of the command, if there is one."""

_DURATION = re.compile(r"([0-9]*\.?[0-9]+)\s*(s|min|h|)")
_SECONDS = {"": 1, "s": 1, "min": 60, "h": 3600}
_LEAST_S, _MOST_S = 3.0, 86_400.0


class CommandBehindDashes(click.Command):
    """A command that takes all words behind the first ``--`` as they are, also further ``--``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the words behind the first ``--`` and parse those in front of it.

        Raises:
            ConfigurationError: there is no ``--``, or nothing behind it.
        """
        place = args.index(END) if END in args else len(args)
        behind = args[place + 1 :]
        if place < len(args):
            ctx.meta[BEHIND] = behind
        if not behind and not ctx.resilient_parsing and not {"-h", "--help"} & set(args):
            example = join(args[:place]) if args and not args[0].startswith("-") else "python train.py"
            raise ConfigurationError(
                f"expected the command behind `--`, as in: lab measure -- {example} (see lab measure --help)"
            )
        return super().parse_args(ctx, args[:place])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return what a shell may put for a word: options, or files behind ``--``."""
        return files_behind_dashes(ctx, None, incomplete) or super().shell_complete(ctx, incomplete)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the pieces of the usage line."""
        return [*super().collect_usage_pieces(ctx), "-- COMMAND... [vs [NAME] -- COMMAND...]"]


def files_behind_dashes(
    ctx: click.Context, param: click.Parameter | None, incomplete: str
) -> list[CompletionItem]:
    """Return that a shell may put a file for a word behind ``--``; nothing for one before it."""
    return any_file(ctx, param, incomplete) if BEHIND in ctx.meta else []


class DurationText(click.ParamType[float]):
    """A duration such as ``30s``, ``2min`` or ``1h``; a number alone means seconds."""

    name = "duration"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds."""
        if isinstance(value, float):
            return value
        match = _DURATION.fullmatch(value.strip())
        seconds = 0.0 if match is None else float(match[1]) * _SECONDS[match[2]]
        if not _LEAST_S <= seconds <= _MOST_S:
            self.fail(f"{value!r}: expected {_LEAST_S:g}s to 24h, such as 30s or 2min.", param, ctx)
        return seconds


def choose_bench(
    config_path: Path | None,
    driver: str | None,
    port: str | None,
    rapl: bool,
    nvml: bool,
    command: Sequence[str],
) -> Bench:
    """Return the bench: the one that is named, else that of ``lab.toml``, else what is found.

    Raises:
        ConfigurationError: several are named, or the named one cannot be used.
        DeviceError: none is named and none is found.
    """
    counters = [name for name, is_wanted in (("--rapl", rapl), ("--nvml", nvml)) if is_wanted]
    meter = [name for name, value in (("--driver", driver), ("--port", port)) if value is not None]
    bench = ["--config"] if config_path is not None else []
    if sum(map(bool, (bench, meter, counters))) > 1:
        raise ConfigurationError(
            f"expected one source of power readings (--config, or --driver with --port, or --rapl, --nvml or "
            f"both), but got {', '.join([*bench, *meter, *counters])}. Leave out what is not wanted"
        )
    if rapl or nvml:
        return counter_bench(rapl=rapl, nvml=nvml)
    port = port_of_meter(driver, port)
    if port is not None:
        return meter_bench(driver, port)
    path = config_path or Path("lab.toml")
    if config_path is None and not path.exists():
        return find_bench(command)
    config = load_config(path)
    return Bench(bench_of(config), str(config.resolve(config.campaign.out)), (f"bench: {path}",))
