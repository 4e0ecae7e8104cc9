"""Telling network drives by what the system says about its mounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.db import drives
from app.db.archive import Archive
from app.errors import EnvironmentProblem

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:25 / /proc rw - proc proc rw
41 22 0:40 / /mnt/share rw,relatime shared:9 - cifs //server/share rw,vers=3.0
42 41 8:2 / /mnt/share/local rw - ext4 /dev/sdb1 rw
43 22 0:41 / /home/li/My\\040Files rw - nfs4 server:/export rw
44 22 0:42 / /home/li/云盘 rw - fuse.rclone remote: rw
45 22 8:3 / /data rw - xfs /dev/sdc1 rw
46 22 0:50 / /data rw - nfs server:/over rw
47 22 0:51 / /back\\134slash rw - smb3 //s/x rw
not a mount line
48 22
"""
MAC = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)
//li@server/office on /Volumes/office (smbfs, nodev, nosuid, mounted by li)
/dev/disk4s1 on /Volumes/USB (客户) (exfat, local, nodev)
map auto_home on /home (autofs, automounted)
"""


@pytest.mark.parametrize(
    ("path", "network"),
    [
        ("/home/li/a.kedang", False), ("/mnt/share/a.kedang", True), ("/mnt/shared/a.kedang", False), ("/mnt/share", True),
        ("/mnt/share/local/a.kedang", False), ("/home/li/My Files/a.kedang", True), ("/home/li/云盘/a.kedang", True),
        ("/data/a.kedang", True), ("/back\\slash/a", True), ("/", False),
    ],
)  # fmt: skip
def test_that_the_innermost_mount_decides_on_linux(path: str, network: bool, tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS, encoding="utf-8")
    assert drives._from_proc(Path(path), mounts) is network


@pytest.mark.parametrize(
    ("path", "network"),
    [
        ("/Users/li/a", False),
        ("/Volumes/office/a", True),
        ("/Volumes/office2/a", False),
        ("/Volumes/USB (客户)/a", False),
    ],
)
def test_that_the_innermost_mount_decides_on_mac(path: str, network: bool) -> None:
    assert drives._from_mount_text(Path(path), MAC) is network


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("C:\\数据\\a.kedang", "C:\\"), ("c:/数据/a.kedang", "c:\\"), ("Z:\\a.kedang", "Z:\\"),
        ("\\\\?\\C:\\数据\\a.kedang", "C:\\"), ("//?/C:/数据/a.kedang", "C:\\"), ("\\\\?\\Z:\\a.kedang", "Z:\\"),
        ("\\\\.\\C:\\a.kedang", "C:\\"), ("\\??\\C:\\a.kedang", "C:\\"),
        ("\\\\?\\Volume{0a-1}\\a.kedang", "\\\\?\\Volume{0a-1}\\"), ("\\\\?\\C:\\UNC\\a.kedang", "C:\\"),
        ("\\\\server\\share\\a.kedang", None), ("//server/share/a.kedang", None), ("\\\\192.168.0.2\\c$\\a", None),
        ("\\\\?\\UNC\\server\\share\\a.kedang", None), ("//?/unc/server/share/a.kedang", None),
        ("\\\\.\\UNC\\server\\share\\a", None), ("\\??\\UNC\\server\\share\\a", None), ("\\\\wsl$\\Debian\\a", None),
    ],
)  # fmt: skip
def test_that_windows_is_asked_about_the_root_and_a_share_is_a_share(path: str, root: str | None) -> None:
    kinds = {"C:\\": 3, "c:\\": 3, "Z:\\": 4, "\\\\?\\Volume{0a-1}\\": 2}  # fixed, fixed, mapped share, stick
    assert drives._on_windows(path, lambda asked: kinds[asked]) is (root in (None, "Z:\\"))
    assert drives._windows_root(path) == root


def test_that_what_cannot_be_told_is_taken_for_local(tmp_path: Path) -> None:
    assert drives._from_proc(tmp_path, tmp_path / "missing") is False
    assert drives.is_network_drive(tmp_path / "a.kedang") is False


def test_that_an_archive_on_a_network_drive_is_refused_for_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.db.archive.is_network_drive", lambda _: True)
    with pytest.raises(EnvironmentProblem, match="网络驱动器"):
        Archive.create(tmp_path / "a.kedang", "boss", "longenough")
    assert list(tmp_path.iterdir()) == []
