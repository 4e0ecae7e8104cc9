"""Is a path on a network drive? Writing an archive there loses data silently (locks are not honoured), so we refuse."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

_NETWORK = frozenset(
    "nfs nfs4 cifs smbfs smb3 smb2 afpfs webdav davfs fuse.sshfs fuse.davfs fuse.rclone 9p ncpfs afs ceph glusterfs "
    "fuse.glusterfs lustre smb fuse.smbnetfs fuse.gvfsd-fuse fuse.curlftpfs fuse.s3fs".split()
)


#: mountinfo writes space, tab, newline and backslash in octal
_OCTAL = re.compile(r"\\([0-7]{3})")
#: what follows these names a device of this machine, or UNC
_DEVICE = re.compile(r"\\\\[?.]\\|\\\?\?\\")
_DRIVE_REMOTE = 4


def is_network_drive(path: Path) -> bool:
    """True when the path is known to lie on a network file system; False when it is local or cannot be told."""
    resolved = Path(os.path.realpath(path))
    if sys.platform == "win32":
        import ctypes

        return _on_windows(str(resolved), ctypes.windll.kernel32.GetDriveTypeW)
    elif sys.platform == "darwin":
        return _from_mount_output(resolved)
    else:
        return _from_proc(resolved, Path("/proc/self/mountinfo"))


def _from_proc(path: Path, mounts: Path) -> bool:
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    best, kind = "", ""
    for line in lines:
        left, _, right = line.partition(" - ")
        parts, tail = left.split(), right.split()
        if len(parts) < 5 or not tail:
            continue
        mount = _OCTAL.sub(lambda m: chr(int(m[1], 8)), parts[4])
        inside = mount == "/" or str(path) == mount or str(path).startswith(mount + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, tail[0]
    return kind in _NETWORK


def _from_mount_output(path: Path) -> bool:
    import subprocess

    try:
        out = subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    return _from_mount_text(path, out)


def _from_mount_text(path: Path, out: str) -> bool:
    best, kind = "", ""
    for line in out.splitlines():
        _, _, rest = line.partition(" on ")
        mount, _, options = rest.rpartition(" (")
        if mount and (str(path) + "/").startswith(mount.rstrip("/") + "/") and len(mount) >= len(best):
            best, kind = mount, options.split(",")[0].strip(")")
    return kind in _NETWORK


def _on_windows(path: str, drive_type: Callable[[str], int]) -> bool:
    root = _windows_root(path)
    return root is None or drive_type(root) == _DRIVE_REMOTE


def _windows_root(path: str) -> str | None:
    r"""The root of the volume of an absolute path, as GetDriveTypeW wants it; None for a share.

    A share: `\\server\share\…`, and in the device namespaces `\\?\UNC\server\share\…`. All else in those namespaces lies on
    this machine: `\\?\C:\…`, `\\.\C:\…`, `\\?\Volume{…}\…`.
    """
    text = path.replace("/", "\\")
    device = _DEVICE.match(text)
    if device is None:
        return None if text.startswith("\\\\") else text[:2] + "\\"
    first, _, _ = text[device.end() :].partition("\\")
    if first.upper() == "UNC":
        return None
    return first + "\\" if first.endswith(":") else device[0] + first + "\\"
