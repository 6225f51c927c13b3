"""Packages: what is unpacked gives the same results to the last byte; archives that mean harm are refused."""

import hashlib
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from okular import baseline, usage
from recorded_program import write_program
from synthetic import small_campaign

from analysis.campaign import analyse
from analysis.imports.oscar.importer import import_oscar
from analysis.imports.package import import_package
from analysis.imports.package_archive import check_members
from records.errors import ConfigurationError, RecordError
from records.package import check_names, parse_sums, problem_of, sums_text
from reports.exports.contents import Replication
from reports.exports.package import write_package

CAMPAIGN = b"""{"schema": "wattlab.campaign/1", "id": "x", "created_utc_s": 1.0, "wattlab_version": "0",
"simulated": true, "seed": 1, "config": {}, "config_sha256": "", "plan": []}"""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write_zip(path: Path, members: dict[str, bytes], sums: str | None = None) -> Path:
    """Write a sound package of these members; ``sums`` replaces its ``SHA256SUMS``."""
    files = {"campaign.json": CAMPAIGN, **members}
    text = (
        sums_text({n: sha256(d) for n, d in files.items() if not n.endswith("/")}) if sums is None else sums
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**files, "SHA256SUMS": text.encode()}.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return path


def refused(path: Path, match: str) -> None:
    """The import says why, and leaves nothing: no campaign, no half of one, nothing beside it."""
    out = path.parent / "in" / "campaign"
    out.parent.mkdir()
    before = sorted(path.parent.rglob("*"))
    with pytest.raises(RecordError, match=match):
        import_package(path, out)
    assert sorted(path.parent.rglob("*")) == before


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# ---- a package of one's own ----


def own(folder: Path) -> Path:
    return small_campaign().write(folder)


def imported(folder: Path) -> Path:
    places = {"usage": usage().write(folder / "u"), "baseline": baseline().write(folder / "b")}
    import_oscar(folder / "c", **places, idle=None, timezone=None, version="test")
    return folder / "c"


@pytest.mark.parametrize("make", [own, imported])
def test_the_analysis_of_an_unpacked_package_is_the_same_to_the_last_byte(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    campaign = make(tmp_path / "made")
    analyse(campaign)
    (campaign / "report.html").write_text("the report")
    write_program(campaign, {"train.py": "print('training')\n"})
    packed = write_package(campaign, tmp_path / "p.zip", Replication("1.2.3", config="a = 1\n"))
    unpacked = import_package(packed.path, tmp_path / "again")
    before, after = tree(campaign), tree(tmp_path / "again")
    assert {name: after[name] for name in before} == before
    assert packed.files == unpacked.files + 1 == len(after)  # SHA256SUMS is not in itself
    analyse(tmp_path / "again")
    assert tree(tmp_path / "again") == after


def test_a_run_folder_that_holds_nothing_is_still_there_after_unpacking(tmp_path: Path) -> None:
    campaign = own(tmp_path / "c")
    (campaign / "runs/0009-cnn.2").mkdir()
    analyse(campaign)
    (campaign / "report.html").write_text("the report")
    packed = write_package(campaign, tmp_path / "p.zip", Replication("1"))
    import_package(packed.path, tmp_path / "again")
    assert (tmp_path / "again/runs/0009-cnn.2").is_dir()


def test_results_that_do_not_know_a_run_are_not_packed(tmp_path: Path) -> None:
    campaign = own(tmp_path / "c")
    moved = (campaign / "runs/0008-cnn").rename(tmp_path / "kept")
    analyse(campaign)
    moved.rename(campaign / "runs/0008-cnn")
    with pytest.raises(RecordError, match="do not know the run 0008-cnn"):
        write_package(campaign, tmp_path / "p.zip", Replication("1"))
    assert not (tmp_path / "p.zip").exists()


def test_a_target_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "p.zip", {})
    (tmp_path / "there").mkdir()
    (tmp_path / "there/mine").write_text("x")
    with pytest.raises(ConfigurationError, match="nothing is overwritten"):
        import_package(path, tmp_path / "there")
    assert tree(tmp_path / "there") == {"mine": b"x"}
    (tmp_path / "empty").mkdir()
    import_package(path, tmp_path / "empty")
    assert (tmp_path / "empty/campaign.json").read_bytes() == CAMPAIGN


# ---- archives that mean harm ----

HOSTILE_NAMES = (
    "../evil",
    "a/../../evil",
    "/etc/evil",
    "a//b",
    "./a",
    "a/.",
    "C:/evil",
    "c:evil",
    "a\\..\\evil",
    "a\nb",
    "a\x1b[31mb",
    "a\u202eb",
    "a\x7fb",
    "x" * 201,
    "/".join(["d"] * 40),
)


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=ascii)
def test_a_name_that_leads_elsewhere_or_cannot_be_shown_is_refused(tmp_path: Path, name: str) -> None:
    refused(write_zip(tmp_path / "p.zip", {name: b"x"}), "Nothing was unpacked")


@pytest.mark.parametrize(
    ("first", "second"),
    [("runs/a.csv", "runs/A.csv"), ("Runs/a", "runs/b"), ("stra\u00dfe", "STRASSE"), ("\u00e9", "e\u0301")],
)
def test_names_that_are_the_same_to_some_file_system_are_refused(
    tmp_path: Path, first: str, second: str
) -> None:
    refused(write_zip(tmp_path / "p.zip", {first: b"1", second: b"2"}), "only in case or accents")


def test_a_name_that_is_a_file_and_a_folder_is_refused(tmp_path: Path) -> None:
    refused(write_zip(tmp_path / "p.zip", {"a": b"1", "a/b": b"2"}), "there twice")


def test_a_name_that_comes_twice_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "p.zip", {})
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("campaign.json", b"another")
    refused(path, "there twice")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFDIR])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    path = write_zip(tmp_path / "p.zip", {})
    member = zipfile.ZipInfo("runs/link")
    member.create_system, member.external_attr = 3, (kind | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(member, b"/etc/passwd")
    refused(path, "plain file or folder")


def test_a_folder_with_content_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "p.zip", {})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo("runs/"), b"content")
    refused(path, "found one with content")


def changed(path: Path, old: bytes, new: bytes, times: int = -1) -> Path:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, times))
    return path


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "p.zip", {})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 0x1  # general purpose flags in the central directory
    path.write_bytes(data)
    refused(path, "no encryption")


def test_a_strange_compression_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "p.zip", {})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("runs/x", b"x")
    refused(path, "stored or deflated")


def test_a_name_with_a_zero_byte_is_refused(tmp_path: Path) -> None:
    path = changed(write_zip(tmp_path / "p.zip", {"evilZname": b"x"}), b"evilZname", b"evil\0name")
    refused(path, "zero byte|not in SHA256SUMS|in SHA256SUMS, but")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    refused(write_zip(tmp_path / "p.zip", {"bomb": b"\0" * (80 << 20)}), "times its own size")


def test_a_member_that_holds_more_than_it_says_is_refused(tmp_path: Path) -> None:
    data = b"".join(f"{n}\n".encode() for n in range(5000))
    path = write_zip(tmp_path / "p.zip", {"long": data})
    size = len(data).to_bytes(4, "little")
    refused(changed(path, size, (len(data) - 1000).to_bytes(4, "little")), "damaged|does not hold")


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "p.zip", {f"runs/{n}": b"" for n in range(18)})
    with zipfile.ZipFile(path) as archive:
        assert len(check_members(archive, path.stat().st_size, most=20)) == 20
        with pytest.raises(RecordError, match="at most 19 members, found 20"):
            check_members(archive, path.stat().st_size, most=19)


@pytest.mark.parametrize("cut", [0, 10, 100, 300])
def test_what_is_no_whole_archive_is_refused(tmp_path: Path, cut: int) -> None:
    path = write_zip(tmp_path / "p.zip", {})
    path.write_bytes(path.read_bytes()[:cut])
    refused(path, "which is a ZIP archive")


def test_an_archive_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    refused(tmp_path / "nothing.zip", "no such file")


# ---- sums ----


def test_a_changed_file_is_refused_by_name(tmp_path: Path) -> None:
    sums = sums_text({"campaign.json": sha256(CAMPAIGN), "runs/meter.csv": sha256(b"true")})
    refused(
        write_zip(tmp_path / "p.zip", {"runs/meter.csv": b"false"}, sums), "'runs/meter.csv'.* not the file"
    )


def test_a_file_that_was_added_is_refused_by_name(tmp_path: Path) -> None:
    sums = sums_text({"campaign.json": sha256(CAMPAIGN)})
    refused(write_zip(tmp_path / "p.zip", {"added": b"x"}, sums), "'added'.*added later")


def test_a_file_that_was_removed_is_refused_by_name(tmp_path: Path) -> None:
    sums = sums_text({"campaign.json": sha256(CAMPAIGN), "gone": sha256(b"")})
    refused(write_zip(tmp_path / "p.zip", {}, sums), "'gone'.*not in the archive")


TWICE = f"{'0' * 64}  a\n{'1' * 64}  a\n"


def test_more_sums_than_there_can_be_are_refused_before_they_are_read(tmp_path: Path) -> None:
    refused(write_zip(tmp_path / "p.zip", {}, "0" * 3000), "SHA256SUMS: expected at most")


@pytest.mark.parametrize("sums", ["", "nonsense\n", TWICE, f"{'0' * 63}  a\n", "\xff"])
def test_sums_that_are_none_are_refused(tmp_path: Path, sums: str) -> None:
    refused(write_zip(tmp_path / "p.zip", {}, sums), "SHA256SUMS, line")


def test_an_archive_without_sums_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("campaign.json", CAMPAIGN)
    refused(tmp_path / "p.zip", "holds no SHA256SUMS")


def test_a_sound_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    sums = sums_text({"letter.txt": sha256(b"Dear all")})
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("letter.txt", b"Dear all")
        archive.writestr("SHA256SUMS", sums)
    refused(tmp_path / "p.zip", "no campaign here")


# ---- properties ----


@given(st.text(min_size=1))
def test_a_name_that_is_accepted_stays_below_its_folder(name: str) -> None:
    if problem_of(name) is None:
        target = (Path("/base") / name).resolve()
        assert target.is_relative_to("/base") and target != Path("/base")
        assert name.isprintable() and target.as_posix() == f"/base/{name}"


NAMES = st.lists(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\n"), min_size=1, max_size=12),
    unique=True,
    min_size=1,
    max_size=6,
)


@given(NAMES)
def test_sums_read_back_as_they_were_written(names: list[str]) -> None:
    sums = {name: sha256(name.encode()) for name in names}
    assert parse_sums(sums_text(sums)) == sums


@given(NAMES)
def test_names_that_are_accepted_together_are_different_files(names: list[str]) -> None:
    try:
        check_names(names)
    except RecordError:
        return
    assert len({name.casefold() for name in names}) == len(names)


@given(draws=st.data())
def test_no_damage_of_an_archive_gets_past_the_import(
    draws: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    path = write_zip(folder / "p.zip", {"runs/meter.csv": b"t_utc_s,power_w\n" * 20})
    content = bytearray(path.read_bytes())
    for _ in range(draws.draw(st.integers(1, 3))):
        content[draws.draw(st.integers(0, len(content) - 1))] = draws.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        import_package(path, folder / "out")
    except RecordError:
        assert [p.name for p in folder.iterdir()] == ["p.zip"]
    else:  # the damage met what does not matter, such as a stamp
        assert (folder / "out/runs/meter.csv").read_bytes() == b"t_utc_s,power_w\n" * 20
        assert (folder / "out/campaign.json").read_bytes() == CAMPAIGN
