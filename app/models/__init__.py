"""SQLAlchemy entities, one file per aggregate. "Model" means entity, nothing else."""

from __future__ import annotations

from app.models.activity import Activity
from app.models.attachment import Attachment, AttachmentChunk, AttachmentContent, ContentView
from app.models.base import Base
from app.models.children import ContactPoint, FurtherAddress, RecordFile, RecordTag, Tag, Tie
from app.models.cleaning import MatchPair, QualityFinding, QualityRule, QualityScore, Recipe
from app.models.contact import Contact
from app.models.customer import Customer, CustomerCollaborator
from app.models.deal import Deal, LostReason, Pipeline, Stage, StageChange
from app.models.lead import Lead
from app.models.migration import MigrationProject, MigrationRow, MigrationRun
from app.models.order import Order, OrderLine, Payment, Product
from app.models.people import OwnRole, Team, TeamMember, User, UserRole
from app.models.system import (
    ChangeRow,
    Counter,
    CustomField,
    CustomValue,
    ImportPreset,
    OperationRow,
    SavedView,
    Setting,
)
from app.models.ticket import CalendarDay, ReplyTemplate, SlaPolicy, Ticket, TicketCategory, TicketMessage

__all__ = [
    "Activity",
    "Attachment",
    "AttachmentChunk",
    "AttachmentContent",
    "Base",
    "CalendarDay",
    "ChangeRow",
    "Contact",
    "ContactPoint",
    "ContentView",
    "Counter",
    "CustomField",
    "CustomValue",
    "Customer",
    "CustomerCollaborator",
    "Deal",
    "FurtherAddress",
    "ImportPreset",
    "Lead",
    "LostReason",
    "MatchPair",
    "MigrationProject",
    "MigrationRow",
    "MigrationRun",
    "OperationRow",
    "Order",
    "OrderLine",
    "OwnRole",
    "Payment",
    "Pipeline",
    "Product",
    "QualityFinding",
    "QualityRule",
    "QualityScore",
    "Recipe",
    "RecordFile",
    "RecordTag",
    "ReplyTemplate",
    "SavedView",
    "Setting",
    "SlaPolicy",
    "Stage",
    "StageChange",
    "Tag",
    "Team",
    "TeamMember",
    "Ticket",
    "TicketCategory",
    "TicketMessage",
    "Tie",
    "User",
    "UserRole",
]
