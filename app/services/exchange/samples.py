"""The sample customers that come with the program, brought in the way any file is: one import, one undo."""

from __future__ import annotations

from app.core.i18n import t
from app.core.jobs import Job
from app.core.paths import resource_dir
from app.errors import UserError
from app.services.exchange.importer import ImportService
from app.services.exchange.reading.records import ReadOptions
from app.services.exchange.report import ImportReport


def import_samples(imports: ImportService, job: Job) -> ImportReport:
    """Import the sample customers as one operation; raises UserError when the file is missing."""
    path = resource_dir() / "samples" / "customers.xlsx"
    if not path.is_file():
        raise UserError(t("没有找到示例数据，请重新安装程序。"))
    options = ReadOptions()
    inspection = imports.inspect(path, options, job)
    return imports.run(path, options, inspection, imports.propose(inspection, "customers"), job)
