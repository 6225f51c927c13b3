"""Run a program with CodeCarbon around it, as its documentation tells a user to do it.

    python codecarbon_run.py --run-dir D [--interval 1] [--country DEU] -- COMMAND...

It is run by an interpreter that has CodeCarbon, in an environment of its own, as the parent of the
measured program. The tracker is the offline one, so nothing goes over the network, in its default
mode (`machine`). It writes one row to ``D/trackers.csv`` and CodeCarbon's own output to
``D/trackers/codecarbon/``, and ends as the program ended: with its exit code, or by its signal.
A failure of its own ends it with exit code 70.
"""

import argparse
import contextlib
import csv
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

EXIT_OWN_FAILURE = 70  # sysexits.h EX_SOFTWARE: told apart from what measured programs return

COLUMNS = (  # as records.trackers.TRACKER_COLUMNS, which is not at hand in this environment
    "tracker",
    "version",
    "t_start_utc_s",
    "t_stop_utc_s",
    "energy_wh",
    "cpu_wh",
    "gpu_wh",
    "ram_wh",
    "emissions_kg",
    "interval_s",
    "scope",
    "settings",
)

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


class TrackerError(Exception):
    """CodeCarbon or this wrapper could not do its job."""


def make_tracker(folder, interval_s, country):
    """Return an offline tracker that writes to a folder and logs there too."""
    log = open(folder / "codecarbon.log", "a", encoding="utf-8", buffering=1)  # noqa: SIM115  (open to the end)
    # CodeCarbon logs to what standard error is while it is set up, and would mix with the program's.
    with contextlib.redirect_stderr(log):
        from codecarbon import OfflineEmissionsTracker, OutputMethod

        return OfflineEmissionsTracker(
            country_iso_code=country,
            measure_power_secs=interval_s,
            output_dir=str(folder),
            output_methods=[OutputMethod.CSV],
            tracking_mode="machine",
            emissions_endpoint=None,  # a user's configuration file may ask for these two,
            electricitymaps_api_token=None,  # and nothing may go over the network here
        )


def start_command(command):
    """Start the measured program with our standard streams, environment and signals."""
    libc = ctypes.CDLL(None)
    try:
        child = subprocess.Popen(
            command,
            preexec_fn=lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0),  # noqa: PLW1509
        )
    except OSError as error:
        raise TrackerError(
            f"the command cannot be started: {error}. Looked for {command[0]!r}; "
            f"correct `command` or `environment` of this scenario in lab.toml"
        ) from None
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, _: child.send_signal(received))
    return child


def track(tracker, command):
    """Run a command while the tracker tracks.

    Returns:
        Its return code as `subprocess` gives it, and the UTC seconds at which tracking began and ended.
    """
    tracker.get_detected_hardware()  # looks for meters now, so that the stamps below are tight
    t_start_utc_s = time.time()
    tracker.start()
    try:
        code = start_command(command).wait()
    finally:
        t_stop_utc_s = time.time()
        tracker.stop()
    return code, t_start_utc_s, t_stop_utc_s


def settings_of(tracker, data):
    """Return what decides CodeCarbon's number, as far as it lets us see.

    The methods are only in its log and in attributes that are not public; ``None`` where a version
    has none such.
    """
    hardware = {type(part).__name__: part for part in getattr(tracker, "_hardware", [])}
    cpu, gpu, ram = hardware.get("CPU"), hardware.get("GPU"), hardware.get("RAM")
    return {
        "tracking_mode": data.tracking_mode,
        "country": data.country_iso_code,
        "cpu_method": getattr(cpu, "_mode", None),
        "cpu_model": data.cpu_model,
        "cpu_tdp_w": getattr(cpu, "_tdp", None),
        "cpu_count": data.cpu_count,
        "cpu_power_w": data.cpu_power,
        "gpu_method": None if gpu is None else type(gpu.devices).__name__,
        "gpu_model": data.gpu_model or None,
        "gpu_count": data.gpu_count,
        "ram_method": None if ram is None else "estimation model",
        "ram_total_gb": data.ram_total_size,
        "ram_power_w": data.ram_power,
        "pue": data.pue,
        "duration_s": data.duration,
    }


def row_of(tracker, interval_s, t_start_utc_s, t_stop_utc_s):
    """Return the row of ``trackers.csv``.

    Raises:
        TrackerError: the tracker has no result; it reports its own errors only in its log.
    """
    from codecarbon import __version__

    data = getattr(tracker, "final_emissions_data", None)
    if data is None:
        raise TrackerError("CodeCarbon ended without a result; its codecarbon.log in the run folder says why")
    sees_gpu = bool(data.gpu_count)
    return {
        "tracker": "codecarbon",
        "version": __version__,
        "t_start_utc_s": f"{t_start_utc_s:.6f}",
        "t_stop_utc_s": f"{t_stop_utc_s:.6f}",
        "energy_wh": data.energy_consumed * 1000.0,
        "cpu_wh": data.cpu_energy * 1000.0,
        "gpu_wh": data.gpu_energy * 1000.0 if sees_gpu else "",
        "ram_wh": data.ram_energy * 1000.0,
        "emissions_kg": data.emissions,
        "interval_s": interval_s,
        "scope": "cpu+gpu+ram" if sees_gpu else "cpu+ram",
        "settings": json.dumps(settings_of(tracker, data)),
    }


def write_row(path, row):
    """Write ``trackers.csv`` so that a reader sees all of it or nothing."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    with open(beside, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerow(row)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def end_like(code):
    """End with the program's exit code, or by the signal that ended it."""
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if -code not in (signal.SIGKILL, signal.SIGSTOP) else None
        os.kill(os.getpid(), -code)
    sys.exit(code)


def parse_arguments():
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description="Run a program with CodeCarbon around it.")
    parser.add_argument("--run-dir", type=Path, required=True, help="folder of the run")
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between readings")
    parser.add_argument("--country", default="DEU", help="ISO 3166 code of three letters")
    parser.add_argument("command", nargs="+", help="after --: the program and its arguments")
    return parser.parse_args()


def main():
    """Run the command line; end as the program ended."""
    args = parse_arguments()
    folder = args.run_dir.resolve() / "trackers" / "codecarbon"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tracker = make_tracker(folder, args.interval, args.country)
        code, t_start_utc_s, t_stop_utc_s = track(tracker, args.command)
        row = row_of(tracker, args.interval, t_start_utc_s, t_stop_utc_s)
        write_row(args.run_dir.resolve() / "trackers.csv", row)
    except Exception as error:
        print(f"codecarbon_run: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(EXIT_OWN_FAILURE)
    end_like(code)


if __name__ == "__main__":
    main()
