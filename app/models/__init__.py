"""SQLAlchemy entities, one file per aggregate. "Model" means entity, nothing else."""

from __future__ import annotations

from app.models.activity import Activity
from app.models.base import Base
from app.models.contact import Contact, ContactPoint, CustomerContact
from app.models.customer import Customer, CustomerCollaborator, CustomerTag, ExtraAddress, Tag
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

__all__ = [
    "Activity",
    "Base",
    "ChangeRow",
    "Contact",
    "ContactPoint",
    "Counter",
    "CustomField",
    "CustomValue",
    "Customer",
    "CustomerCollaborator",
    "CustomerContact",
    "CustomerTag",
    "ExtraAddress",
    "ImportPreset",
    "OperationRow",
    "OwnRole",
    "SavedView",
    "Setting",
    "Tag",
    "Team",
    "TeamMember",
    "User",
    "UserRole",
]
