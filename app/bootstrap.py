"""The composition root: the only place that knows every layer. An open archive becomes a Workspace of services."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from app.core.access import Actor
from app.core.jobs import Job
from app.core.paths import data_dir
from app.db import header_file
from app.db.archive import Archive, open_with_recovery
from app.db.keys import DEVICE, PASSWORD
from app.db.secrets import password_bytes
from app.services.analytics.service import AnalyticsService
from app.services.behaviours import BEHAVIOURS
from app.services.context import Context
from app.services.customers.choices import ChoiceService
from app.services.customers.fields import CustomFieldService
from app.services.customers.service import ContactService, CustomerService
from app.services.customers.views import ViewService
from app.services.deals.defaults import plant
from app.services.deals.leads import LeadService
from app.services.deals.orders import OrderService
from app.services.deals.service import DealService
from app.services.duplicates.entry import EntryService
from app.services.duplicates.service import DuplicateService
from app.services.exchange.exporting.export import ExportService
from app.services.exchange.importing.importer import ImportService
from app.services.exchange.mapping.presets import PresetService
from app.services.files.service import FileService
from app.services.history.service import HistoryService
from app.services.merging.service import MergeService
from app.services.migration.service import MigrationService
from app.services.people.service import PeopleService, actor_of, add_first_user, check_username, first_admin
from app.services.quality.service import QualityService
from app.services.records import RecordService
from app.services.samples.office import SampleOffice
from app.services.tickets.office import plant_tickets
from app.services.tickets.service import TicketService
from app.services.today.service import TodayService
from app.services.vault.service import VaultService
from app.services.workbench.cooking import COOK
from app.services.workbench.recipe_book import RecipeService
from app.services.workbench.service import WorkbenchService
from app.services.workspace import Workspace


def workspace_of(archive: Archive, actor: Actor, origin: str) -> Workspace:
    """All services over an open archive."""
    context = Context(archive, actor, origin, BEHAVIOURS)
    vault = VaultService(context)

    def before_many(reason: str, job: Job) -> None:
        vault.before_many(reason, job)

    people = PeopleService(context)
    presets = PresetService(context)
    duplicates = DuplicateService(context)
    entry = EntryService(context)
    imports = ImportService(context, people, presets, COOK, before_many, entry.for_import)
    history = HistoryService(context, before_many)
    others = {e.key: RecordService(context, e.key, before_many) for e in context.registry}
    return Workspace(
        context=context,
        customers=CustomerService(context, before_many),
        contacts=ContactService(context, before_many),
        activities=RecordService(context, "activities", before_many),
        leads=LeadService(context, before_many),
        deals=DealService(context, before_many),
        orders=OrderService(context, before_many),
        tickets=TicketService(context, before_many),
        today=TodayService(context),
        samples=SampleOffice(context),
        others=others,
        files=FileService(context),
        views=ViewService(context),
        people=people,
        history=history,
        vault=vault,
        fields=CustomFieldService(context),
        choices=ChoiceService(context, others.__getitem__),
        imports=imports,
        exports=ExportService(context),
        presets=presets,
        analytics=AnalyticsService(context),
        quality=QualityService(context),
        duplicates=duplicates,
        merging=MergeService(context, duplicates, before_many),
        entry=entry,
        workbench=WorkbenchService(context, people, before_many),
        recipes=RecipeService(context),
        migrations=MigrationService(context, imports, history, partial(_scratch, context, vault), _other_archive),
    )


@contextlib.contextmanager
def _scratch(context: Context, vault: VaultService, job: Job) -> Iterator[tuple[Context, ImportService]]:
    """A copy of the archive that is thrown away at the end, with what imports into it."""
    with tempfile.TemporaryDirectory(prefix="trial-", dir=data_dir(), ignore_cleanup_errors=True) as folder:
        path = vault.backup(Path(folder) / "trial.kedang", job, thorough=False)
        copy = context.archive.open_copy(path)
        try:
            there = Context(copy, context.actor, context.origin, context.behaviours)
            imports = ImportService(there, PeopleService(there), PresetService(there), COOK, lambda _reason, _job: None)
            yield there, imports
        finally:
            copy.close()


@contextlib.contextmanager
def _other_archive(path: Path, username: str, password: str) -> Iterator[Context]:
    """Another archive, open for reading only."""
    other = open_workspace(path, username or None, password, origin="migration", read_only=True)
    try:
        yield other.context
    finally:
        other.close()


def create_workspace(
    path: Path, username: str, password: str, *, name: str = "", origin: str = "window"
) -> tuple[Workspace, str]:
    """A new archive with its first administrator; returns the workspace and the recovery code to show once."""
    username = check_username(username)
    archive, code = Archive.create(path, username, password)
    try:
        add_first_user(archive, username, name or username)
        return _furnished(archive, username, origin), code
    except BaseException:
        archive.close()
        raise


def open_workspace(
    path: Path,
    username: str | None,
    password: str,
    *,
    origin: str = "window",
    take_over: bool = False,
    read_only: bool = False,
    job: Job | None = None,
) -> Workspace:
    """Open with a password (no name: the first user). Upgrades an older archive after a backup; `job` is told of it."""
    name = username or next(iter(header_file.peek(path).names()), "")
    archive = Archive.open(path, PASSWORD, name, password_bytes(password), take_over=take_over, read_only=read_only)
    return _entered(archive, name, origin, job)


def open_with_device(
    path: Path, slot: str, secret: bytes, *, origin: str = "window", job: Job | None = None
) -> Workspace:
    """Open with the device secret kept in the system keychain; `slot` is "user@device"."""
    archive = Archive.open(path, DEVICE, slot, secret)
    return _entered(archive, slot.rsplit("@", 1)[0], origin, job)


def recover_workspace(path: Path, code: str, *, origin: str = "window", job: Job | None = None) -> Workspace:
    """Open with the recovery code, as the first administrator."""
    archive = open_with_recovery(path, code)
    try:
        name = first_admin(archive)
    except BaseException:
        archive.close()
        raise
    return _entered(archive, name, origin, job)


def _entered(archive: Archive, username: str, origin: str, job: Job | None = None) -> Workspace:
    try:
        archive.bring_up(job)
        if not archive.read_only:  # a crash may have come between making the archive and its first user
            add_first_user(archive, username, username)
        return _furnished(archive, username, origin, job)
    except BaseException:
        archive.close()
        raise


def _furnished(archive: Archive, username: str, origin: str, job: Job | None = None) -> Workspace:
    """The workspace of an archive that has its pick-lists: stages, reasons, policies, and no halves of files."""
    workspace = workspace_of(archive, actor_of(archive, username), origin)
    if not archive.read_only:
        plant(workspace.context)
        plant_tickets(workspace.context)
        workspace.files.tidy(job)
    return workspace
