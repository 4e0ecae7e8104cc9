"""The services of one open archive, handed down to whoever works with it: no globals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from app.core.access import Actor
from app.core.jobs import Job
from app.db.archive import Archive
from app.services.analytics.service import AnalyticsService
from app.services.context import Context
from app.services.customers.choices import ChoiceService
from app.services.customers.fields import CustomFieldService
from app.services.customers.service import ContactService, CustomerService
from app.services.customers.views import ViewService
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
from app.services.people.service import PeopleService
from app.services.quality.service import QualityService
from app.services.records import RecordService
from app.services.samples.office import SampleOffice
from app.services.tickets.service import TicketService
from app.services.today.service import TodayService
from app.services.vault.service import VaultService
from app.services.workbench.recipe_book import RecipeService
from app.services.workbench.service import WorkbenchService


@dataclass(frozen=True)
class Workspace:
    """The services of one open archive for one person. Always `close` it."""

    context: Context
    customers: CustomerService
    contacts: ContactService
    activities: RecordService
    leads: LeadService
    deals: DealService
    orders: OrderService
    tickets: TicketService
    today: TodayService
    samples: SampleOffice
    others: Mapping[str, RecordService]
    files: FileService
    views: ViewService
    people: PeopleService
    history: HistoryService
    vault: VaultService
    fields: CustomFieldService
    choices: ChoiceService
    imports: ImportService
    exports: ExportService
    presets: PresetService
    analytics: AnalyticsService
    quality: QualityService
    duplicates: DuplicateService
    merging: MergeService
    entry: EntryService
    workbench: WorkbenchService
    recipes: RecipeService
    migrations: MigrationService

    @property
    def archive(self) -> Archive:
        return self.context.archive

    @property
    def actor(self) -> Actor:
        return self.context.actor

    def records(self, entity: str) -> RecordService:
        """The record service of an entity; raises UserError for an unknown one."""
        self.context.registry.entity(entity)
        own = (
            self.customers, self.contacts, self.activities, self.leads, self.deals, self.orders, self.tickets,
        )  # fmt: skip
        return next((service for service in own if service.key == entity), None) or self.others[entity]

    def close(self) -> None:
        """Anchor the audit chains and make the archive one file again. Closing twice does nothing."""
        if self.archive.closed:
            return
        try:
            if not self.archive.read_only:
                self.vault.anchor()
        finally:
            self.archive.close()


class Door(Protocol):
    """How archives are created and opened; what the start screen is given."""

    def users(self, path: Path) -> list[str]:
        """Usernames of an archive, without opening it; raises EnvironmentProblem for what is none."""

    def create(self, path: Path, username: str, password: str, name: str) -> tuple[Workspace, str]:
        """A new archive and its recovery code."""

    def open(
        self, path: Path, username: str, password: str, *, take_over: bool, read_only: bool, job: Job
    ) -> Workspace:
        """Open with a password; raises CannotUnlock, ArchiveInUse, EnvironmentProblem. `job` is told of an upgrade."""

    def recover(self, path: Path, code: str, job: Job) -> Workspace:
        """Open with the recovery code, as the first administrator."""

    def kept_secret(self, path: Path) -> object | None:
        """What the system keychain keeps to open this archive with; None when it keeps nothing. May take its time."""

    def open_signed_in(self, path: Path, secret: Any, job: Job) -> Workspace | None:
        """Open with that; None when it no longer fits."""

    def can_stay_signed_in(self) -> bool:
        """Whether this computer has a system keychain that is safe to use."""

    def stay_signed_in(self, workspace: Workspace, wanted: bool) -> bool:
        """Keep or forget a device secret in the system keychain; returns whether it is kept (no keychain: False)."""

    def restore(self, backup: Path, target: Path, username: str, password: str, job: Job) -> dict[str, int]:
        """Bring a backup back as `target`; returns its record counts."""
