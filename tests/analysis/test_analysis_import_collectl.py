"""Plot files of collectl: read by the names in their header, added to the runs that they overlap."""

import gzip
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import EPOCH_UTC_S, SyntheticCampaign, SyntheticRun

from analysis.campaign import analyse
from analysis.evidence import check
from analysis.imports.collectl import log as collectl_log
from analysis.imports.collectl.host import add_host_samples
from analysis.imports.collectl.log import read_collectl_log
from analysis.imports.repairs import Repairs
from records.errors import RecordError
from records.journal import read_journal
from records.journal_events import HostImported
from records.run import RunFolder

COLUMNS = ("[CPU]Totl%", "[MEM]Used", "[DSK]ReadTot", "[DSK]ReadKBTot", "[DSK]WriteKBTot", "[NET]RxKBTot")
ROW = (25, 4096, 7, 100, 50, 3)
PREAMBLE = (
    "################################\n"
    "# Collectl:   V4.3.1-1  HiRes: 1  Options: -scmdn -P -om\n"
    "# Date:       20260921-140000  Secs: 1790000000 TZ: {zone}\n"
    "################################\n"
)


def plot(
    start_s: float,
    rows: int,
    zone: str | None = None,
    offset_h: int = 0,
    separator: str = " ",
    columns: tuple[str, ...] = COLUMNS,
) -> str:
    """A log of one sample a second, in UTC or, with a zone in the preamble, in local time."""
    local = zone is not None
    lines = [separator.join(("#Date", "Time") if local else ("#UTC",)) + separator + separator.join(columns)]
    for i in range(rows):
        t_s = EPOCH_UTC_S + start_s + i
        stamp = [f"{t_s:.3f}"]
        if local:
            moment = datetime.fromtimestamp(t_s, tz=UTC).astimezone(timezone(timedelta(hours=offset_h)))
            stamp = [moment.strftime("%Y%m%d"), moment.strftime("%H:%M:%S.000")]
        lines.append(separator.join([*stamp, *map(str, ROW[: len(columns)])]))
    return (PREAMBLE.format(zone=zone) if local else "") + "\n".join(lines) + "\n"


def read(path: Path, text: str, timezone: str | None = None) -> collectl_log.HostLog:
    path.write_text(text, encoding="utf-8")
    return read_collectl_log(path, Repairs(), timezone)


@pytest.mark.parametrize("separator", [" ", ",", ";", "\t"])
def test_columns_are_found_by_name_whatever_divides_them(separator: str, tmp_path: Path) -> None:
    log = read(tmp_path / "host.tab", plot(0, 5, separator=separator))
    assert log.t_utc_s.tolist() == [EPOCH_UTC_S + i for i in range(5)]
    # [DSK]ReadTot is operations, [DSK]ReadKBTot is kB/s
    assert log.columns["disk_read_kib_s"].tolist() == [100.0] * 5
    assert log.columns["cpu_load_pct"].tolist() == [25.0] * 5


def test_what_was_not_recorded_stays_empty_and_is_said(tmp_path: Path) -> None:
    path, repairs = tmp_path / "host.tab", Repairs()
    path.write_text(plot(0, 5), encoding="utf-8")
    log = read_collectl_log(path, repairs)
    assert str(log.columns["net_tx_kib_s"][0]) == "nan"
    (finding,) = repairs.findings()
    assert finding.code == "import-column-missing"
    assert "[NET]TxKBTot" in finding.message


def test_single_cpus_are_averaged_where_there_is_no_sum(tmp_path: Path) -> None:
    cpus = ("[CPU:0]Totl%", "[CPU:1]Totl%", "[CPU:0]User%", "[CPU:10]Totl%")
    log = read(tmp_path / "host.tab", plot(0, 3, columns=cpus).replace(" 25 4096 7 100", " 25 50 7 90"))
    assert log.columns["cpu_load_pct"].tolist() == [55.0] * 3
    both = plot(0, 3, columns=("[CPU:0]Totl%", "[CPU]Totl%")).replace(" 25 4096", " 80 25")
    assert read(tmp_path / "host.tab", both).columns["cpu_load_pct"].tolist() == [25.0] * 3


def test_a_collectl_that_was_started_anew_may_record_other_columns(tmp_path: Path) -> None:
    path, repairs = tmp_path / "host.tab", Repairs()
    first = plot(0, 3, "+0200", 2, columns=("[CPU]Totl%", "[MEM]Used"))
    path.write_text(
        first + plot(3, 2, "+0100", 1, ",", ("[NET]RxKBTot", "[CPU]Totl%")).replace("25,4096", "3,9")
    )
    log = read_collectl_log(path, repairs)
    assert log.t_utc_s.tolist() == [EPOCH_UTC_S + i for i in range(5)]
    assert log.columns["cpu_load_pct"].tolist() == [25.0, 25.0, 25.0, 9.0, 9.0]
    assert np.isnan(log.columns["ram_used_kib"]).tolist() == [False, False, False, True, True]
    assert np.isnan(log.columns["net_rx_kib_s"]).tolist() == [True, True, True, False, False]
    messages = [finding.message for finding in repairs.findings() if finding.code == "import-column-missing"]
    assert sum("line 13" in message and "[MEM]Used" in message for message in messages) == 1


@pytest.mark.parametrize(("zone", "offset_h"), [("-0400", -4), ("+0200", 2), ("+0000", 0)])
def test_local_times_have_the_zone_of_the_preamble(zone: str, offset_h: int, tmp_path: Path) -> None:
    # from an hour before midnight in each of these zones until an hour after
    start_s = 10 * 3600 - offset_h * 3600
    log = read(tmp_path / "host.tab", plot(start_s, 7200, zone, offset_h))
    assert log.t_utc_s.tolist() == [EPOCH_UTC_S + start_s + i for i in range(7200)]


def test_a_zone_of_the_command_line_stands_over_the_preamble(tmp_path: Path) -> None:
    log = read(tmp_path / "host.tab", plot(0, 5, "+0000", 2), timezone="+02:00")
    assert log.t_utc_s[0] == EPOCH_UTC_S


def test_a_compressed_log_that_was_cut_off_gives_its_whole_lines(tmp_path: Path) -> None:
    whole = plot(0, 500)
    packed = gzip.compress(whole[: len(whole) // 2].encode()) + gzip.compress(
        whole[len(whole) // 2 :].encode()
    )
    path, repairs = tmp_path / "host.tab.gz", Repairs()
    path.write_bytes(packed)
    assert len(read_collectl_log(path, repairs).t_utc_s) == 500
    path.write_bytes(packed[:-40])
    assert 2 <= len(read_collectl_log(path, repairs).t_utc_s) < 500
    assert "import-archive-torn" in {finding.code for finding in repairs.findings()}


HOSTILE = {
    "raw format": ("# Collectl\n>>> 1790000000.001 <<<\ncpu 1 2 3\n", "line 2.*collectl -p FILE"),
    "no header": ("1790000000 1 2 3\n1790000001 1 2 3\n", "#UTC or #Date Time"),
    "one row": (plot(0, 1), "two rows"),
    "too few fields": (plot(0, 3).replace("25 4096", "25", 1), "line 2.*7 fields"),
    "negative counter": (plot(0, 3).replace(" 100 ", " -100 ", 1), "line 2.*not negative"),
    "no number": (plot(0, 3).replace(" 100 ", " nan ", 1), "line 2.*not negative"),
    "a second header": (plot(0, 3) + plot(0, 3), "line 6.*later time"),
    "no such day": (plot(0, 3, "+0000").replace("20260921 ", "20260231 ", 1), "line 6.*date and a time"),
    "a long line": (plot(0, 3) + "1 " * 5_000_000 + "\n", "line 5.*7 fields"),
    "nothing": ("", "empty"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_understood_is_refused_with_its_line(name: str, tmp_path: Path) -> None:
    text, reason = HOSTILE[name]
    with pytest.raises(RecordError, match=rf"(?s)host\.tab.*({reason})"):
        read(tmp_path / "host.tab", text)


def test_zero_bytes_and_broken_archives_are_refused(tmp_path: Path) -> None:
    for name, content in (("zero.tab", b"#UTC\0" * 100), ("broken.gz", b"\x1f\x8b" + b"nonsense" * 100)):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(RecordError, match=re.escape(name)):
            read_collectl_log(tmp_path / name, Repairs())


@given(cut=st.integers(0, len(plot(0, 20))))
@settings(deadline=None)
def test_a_torn_log_never_gives_another_number(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("torn") / "host.tab"
    path.write_text(plot(0, 20)[:cut], encoding="utf-8")
    try:
        log = read_collectl_log(path, Repairs())
    except RecordError:
        return
    assert log.t_utc_s.tolist() == [EPOCH_UTC_S + i for i in range(len(log.t_utc_s))]
    assert set(log.columns["net_rx_kib_s"].tolist()) == {3.0}


# --- added to a campaign ---------------------------------------------------------------------------


def campaign(folder: Path) -> Path:
    return SyntheticCampaign(
        [
            SyntheticRun(1, "bare", 0, kind="baseline", host=False),
            SyntheticRun(2, "work", 100, power_w=60.0, host=False),
            SyntheticRun(3, "work", 200, power_w=60.0, repeat=2),
        ]
    ).write(folder)


def test_runs_get_the_samples_of_their_time_and_keep_their_hashes(tmp_path: Path) -> None:
    folder = campaign(tmp_path / "campaign")
    work = RunFolder(folder / "runs" / "0002-work")
    before = work.read().files
    (tmp_path / "host.tab").write_text(plot(50, 300), encoding="utf-8")
    done = add_host_samples(folder, [tmp_path / "host.tab"])
    assert (done.added, done.had, done.without) == (["0002-work"], ["0003-work"], ["0001-bare"])
    after = work.read().files
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"host.csv"}
    found = {finding.code: finding for finding in check(folder) if finding.run_dir == "0002-work"}
    assert "host.tab" in found["host-imported"].message
    assert not {"file-changed", "file-unlisted", "collectors-missing"} & set(found)
    row = next(row for row in analyse(folder).runs if row.run_dir == "0002-work")
    assert (row.hardware["cpu_load_pct"], row.hardware["disk_read_kib_s"], row.hardware["net_tx_kib_s"]) == (
        25.0,
        100.0,
        None,
    )
    entry = read_journal(folder / "journal.jsonl")[0][-1]
    assert isinstance(entry, HostImported)
    assert (entry.run_dir, list(entry.sources)) == ("0002-work", ["host.tab"])


def test_a_run_over_midnight_gets_the_samples_of_both_logs(tmp_path: Path) -> None:
    folder = campaign(tmp_path / "campaign")
    for name, start_s, rows in (("day1.tab", 50, 60), ("day2.tab", 110, 60)):
        (tmp_path / name).write_text(plot(start_s, rows), encoding="utf-8")
    add_host_samples(folder, [tmp_path / "day2.tab", tmp_path / "day1.tab"])
    rows = (folder / "runs" / "0002-work" / "host.csv").read_text().splitlines()
    assert len(rows) == 1 + 120
    assert rows[1:] == sorted(rows[1:])


def test_logs_at_another_time_or_of_two_hosts_change_nothing(tmp_path: Path) -> None:
    folder = campaign(tmp_path / "campaign")
    (tmp_path / "a.tab").write_text(plot(50, 100), encoding="utf-8")
    (tmp_path / "b.tab").write_text(plot(60, 100), encoding="utf-8")
    (tmp_path / "far.tab").write_text(plot(7200, 100), encoding="utf-8")
    journal = (folder / "journal.jsonl").read_bytes()
    with pytest.raises(RecordError, match="overlap in time"):
        add_host_samples(folder, [tmp_path / "a.tab", tmp_path / "b.tab"])
    with pytest.raises(RecordError, match="--timezone"):
        add_host_samples(folder, [tmp_path / "far.tab"])
    assert not (folder / "runs" / "0002-work" / "host.csv").exists()
    assert (folder / "journal.jsonl").read_bytes() == journal
