"""What the lab says of serial ports and of who may open them."""

import os
from pathlib import Path

import pytest
from serial.tools.list_ports_common import ListPortInfo

from meter.adapters import CHIPS, recognise
from meter.line.ports import advice, describe, remedy


def port_info(device: str, usb_id: str) -> ListPortInfo:
    """Return a port as pyserial finds it."""
    info = ListPortInfo(device)
    info.vid, info.pid = (int(part, 16) for part in usb_id.split(":"))
    info.manufacturer, info.serial_number, info.description = "Maker", "A1", "USB serial"
    return info


def test_the_id_of_an_instrument_names_its_driver() -> None:
    found = recognise("04d8:00dd")  # Microchip's demonstration board
    assert found.likely == ("microchip_mcp39f511n",)
    assert found.possible == ()


def test_the_id_of_a_serial_chip_leaves_every_serial_meter_possible() -> None:
    found = recognise("1a86:7523")
    assert found.adapter == "WCH CH340"
    assert {"eastron_sdm120", "yokogawa_wt310"} <= {*found.likely, *found.possible}
    assert "shelly" not in {*found.likely, *found.possible}


def test_a_chip_that_an_instrument_comes_with_makes_it_likely() -> None:
    found = recognise("0403:6001")
    assert "wattsup_pro" in found.likely
    assert "wattsup_pro" not in found.possible


def test_an_id_that_nobody_knows_proposes_nothing() -> None:
    found = recognise("dead:beef")
    assert (found.adapter, found.likely, found.possible) == ("", (), ())


@pytest.mark.parametrize("usb_id", sorted(CHIPS))
def test_ids_are_written_as_ports_give_them(usb_id: str) -> None:
    assert describe(port_info("/dev/null", usb_id)).usb_id == usb_id


def test_a_port_that_may_be_opened_needs_no_remedy(tmp_path: Path) -> None:
    device = tmp_path / "tty"
    device.touch()
    assert remedy(device, 0x0403) == ""
    assert remedy(tmp_path / "absent") == ""


@pytest.mark.skipif(os.getuid() == 0, reason="root may open everything")
def test_a_user_who_may_not_open_a_port_is_told_group_and_udev_rule(tmp_path: Path) -> None:
    device = tmp_path / "tty"
    device.touch(mode=0o000)
    assert "usermod -aG" in remedy(device, 0x0403)
    assert 'ATTRS{idVendor}=="0403"' in remedy(device, 0x0403)
    assert "udev" not in remedy(device)


def test_nobody_is_told_to_join_a_group_that_is_not_for_serial_ports() -> None:
    assert "usermod -aG dialout" in advice("dialout", 0x0403)
    assert "usermod -aG uucp" in advice("uucp", None)
    for group in ("root", "disk", "tty", "1234"):
        assert "usermod" not in advice(group, 0x0403)
        assert 'ATTRS{idVendor}=="0403"' in advice(group, 0x0403)
        assert "usermod" not in advice(group, None)
