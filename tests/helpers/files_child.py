"""A process that adds a file to a customer and kills itself at a named step: `python -m tests.helpers.files_child …`.

Arguments: archive path, slot, device secret (hex), id of the customer, size, number of the step to die at (0 = never).
Prints every step it passes.
"""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

from app.bootstrap import open_with_device
from app.services.files.service import FileService
from app.services.files.sources import Stream
from tests.helpers.step_child import Death
from tests.unit.files.makers import Generated


def main(path: str, slot: str, secret: str, customer: str, size: str, at: str) -> None:
    """Do it."""
    workspace = open_with_device(Path(path), slot, bytes.fromhex(secret))
    service = FileService(workspace.context, step=Death(int(at)))
    source = Stream("录像.bin", Generated(int(size)))  # type: ignore[arg-type]
    service.add("customers", uuid.UUID(customer), [source], look=False)
    workspace.close()


if __name__ == "__main__":
    main(*sys.argv[1:7])
