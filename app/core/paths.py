"""Where things lie: bundled resources, and the user's own configuration and data folders."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

APP_NAME = "Kedang"


@cache
def resource_dir() -> Path:
    """The folder `resources/`: beside the package in a checkout, inside the bundle when packaged."""
    bundle = getattr(sys, "_MEIPASS", None)
    return Path(bundle) / "resources" if bundle else Path(__file__).resolve().parents[2] / "resources"


def config_dir() -> Path:
    """The user's settings folder; `KEDANG_HOME` overrides it (portable use, tests)."""
    return _user_dir("config")


def data_dir() -> Path:
    """The user's data folder (spare headers, backups by default, logs)."""
    return _user_dir("data")


def _user_dir(kind: str) -> Path:
    home = os.environ.get("KEDANG_HOME")
    if home:
        path = Path(home) / kind
    else:
        import platformdirs

        path = Path(
            platformdirs.user_config_dir(APP_NAME, appauthor=False)
            if kind == "config"
            else platformdirs.user_data_dir(APP_NAME, appauthor=False)
        )
    path.mkdir(parents=True, exist_ok=True)
    return path
