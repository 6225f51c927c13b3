"""Programs of others: pyvisa as the client of our twins, sinstruments as the instrument of our drivers."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import pyvisa
from meter_processes import wait_for
from meter_scpi_bench import WATTS, next_reading, running, started

HERE = Path(__file__).parent
TWINS = {
    "yokogawa_wt310": (
        [":COMM:HEAD OFF", ":NUM:NORM:NUM 3", *(f":NUM:NORM:ITEM{n} {i}" for n, i in enumerate("UIP", 1))],
        ":NUM:NORM:VAL?",
    ),
    "yokogawa_wt210": ([":COMM:HEAD OFF"], ":MEAS:VAL?"),
    "gwinstek_gpm8213": ([":COMMUNICATE:HEADER OFF", ":NUMERIC:NORMAL:NUMBER 3"], ":NUMERIC:NORMAL:VALUE?"),
    "rohdeschwarz_hmc8015": (["CHAN1:MEAS:FUNC URMS,IRMS,P"], "CHAN1:MEAS:DATA?"),
}


@pytest.mark.parametrize("name", TWINS)
def test_pyvisa_reads_the_power_of_our_twin_over_a_serial_port(name: str) -> None:
    settings, question = TWINS[name]
    with running(name) as port:
        manager = pyvisa.ResourceManager("@py")
        client = manager.open_resource(
            f"ASRL{port}::INSTR", baud_rate=9600, read_termination="\n", write_termination="\n", timeout=3000
        )
        try:
            assert len(client.query("*IDN?").split(",")) == 4
            for setting in settings:
                client.write(setting)
            wait_for(
                lambda: "NAN" not in client.query(question) and "9.9" not in client.query(question), "data"
            )
            volts, amperes, watts = client.query_ascii_values(question)
        finally:
            client.close()
            manager.close()
    assert watts == pytest.approx(WATTS, abs=0.01)
    assert volts == pytest.approx(230, abs=2)
    assert amperes == pytest.approx(watts / volts, rel=0.1)


@pytest.fixture
def third_party(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Start sinstruments with a WT310 on a pseudo-terminal and on TCP; yield the ports of both."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        tcp_port = free.getsockname()[1]
    link = tmp_path / "wt310"
    device = {
        "class": "WT310",
        "package": "meter_sinstruments_wt310",
        "name": "wt310",
        "transports": [
            {"type": "serial", "url": str(link)},
            {"type": "tcp", "url": ["127.0.0.1", tcp_port]},
        ],
    }
    configuration = tmp_path / "devices.json"
    configuration.write_text(json.dumps({"devices": [device]}))
    server = subprocess.Popen(
        [sys.executable, "-m", "sinstruments", "-c", str(configuration)],
        env={**os.environ, "PYTHONPATH": str(HERE)},
    )
    try:
        wait_for(lambda: link.is_symlink() or server.poll() is not None, "a port of sinstruments")
        wait_for(lambda: _listens(tcp_port) or server.poll() is not None, "a socket of sinstruments")
        yield {"serial": str(link), "tcp": f"socket://127.0.0.1:{tcp_port}"}
    finally:
        server.kill()
        server.wait()


def _listens(tcp_port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", tcp_port)) == 0


@pytest.mark.parametrize("transport", ["serial", "tcp"])
def test_our_driver_reads_the_power_of_a_third_partys_simulator(
    third_party: dict[str, str], transport: str
) -> None:
    with started("yokogawa_wt310", third_party[transport], 0.25) as (meter, _):
        readings = [next_reading(meter) for _ in range(3)]
    assert [(reading.power_w, reading.flag) for reading in readings] == [(61.8, "")] * 3
    assert readings[0].voltage_v == pytest.approx(229.6, abs=0.5)
    assert readings[0].power_factor == pytest.approx(61.8 / (229.6 * 0.2897), rel=1e-4)
    assert (
        meter.chosen_options().items() >= {"voltage_range_v": 300.0, "current_range_a": 2.0}.items()
    )  # 0.29 A times 5


def test_lab_meter_read_reads_the_power_of_a_third_partys_simulator(third_party: dict[str, str]) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "lab", "meter", "read"),
            *("--driver", "yokogawa_wt310", "--port", third_party["serial"], "--json"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    reading = json.loads(done.stdout)
    assert (reading["power_w"], reading["flag"], reading["simulated"]) == (61.8, "", True)
