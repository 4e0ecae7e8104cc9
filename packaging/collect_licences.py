"""Writes LICENSES/<package>.txt for every library the desktop bundle carries, from the installed packages' own files."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_NAMES = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)


def bundled() -> list[str]:
    """Names of the packages in the lock file of the desktop bundle."""
    lock = (ROOT / "requirements" / "gui.lock").read_text(encoding="utf-8")
    return sorted({m[1] for m in re.finditer(r"^([A-Za-z0-9_.-]+)==", lock, re.MULTILINE)})


def texts(package: str) -> str:
    """The package's licence line and all licence texts it ships; empty when it is not installed on this system."""
    try:
        found = metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return ""
    meta = found.metadata
    classifiers = [c for c in meta.get_all("Classifier") or () if c.startswith("License")]
    stated = meta.get("License-Expression") or (meta.get("License") or "").split("\n")[0] or "; ".join(classifiers)
    parts = [f"{meta['Name']} {found.version}\nLicence: {stated}\n"]
    for file in found.files or ():
        inside = str(file)
        if ".dist-info" in inside and _NAMES.search(inside.partition("/")[2]):
            path = Path(str(found.locate_file(file)))
            if path.is_file():
                parts.append(f"--- {file.name} ---\n" + path.read_text(encoding="utf-8", errors="replace"))
    return "\n".join(parts)


def main() -> None:
    """Write the files."""
    folder = ROOT / "LICENSES"
    folder.mkdir(exist_ok=True)
    for package in bundled():
        text = texts(package)
        if text:
            (folder / f"{package.lower()}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
