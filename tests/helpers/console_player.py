"""Several `kedang` commands one after another, in one process: `python -m tests.helpers.console_player COMMANDS.json`.

After each its exit code is written into the file beside it, so that what the commands print stays as it is.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from app.cli.main import main

if __name__ == "__main__":
    file = Path(sys.argv[1])
    codes = [main(words) for words in json.loads(file.read_text(encoding="utf-8"))]
    file.with_suffix(".codes").write_text(json.dumps(codes), encoding="utf-8")
