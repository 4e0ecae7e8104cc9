"""What the service of files takes and gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.core.fields import Entity, FieldType, File
from app.core.records import ChangeSet, Record
from app.services.files.names import free_name


@dataclass(frozen=True)
class Added:
    """The files a record has got, under the names they have there."""

    files: tuple[File, ...]
    changes: ChangeSet


@dataclass(frozen=True)
class Held:
    """A file of a record and the field it is in."""

    field: str
    file: File


@dataclass(frozen=True)
class Swept:
    """Contents that were taken out of the archive, and their bytes."""

    contents: int
    size: int


def held_by(entity: Entity, record: Record) -> list[Held]:
    """The files of a record as it was read; those in fields this person does not see are not among them."""
    return [
        Held(field.key, file)
        for field in entity.fields
        if field.type is FieldType.FILES and field.key not in record.masked
        for file in record.get(field.key) or ()
    ]


def joined_files(values: Iterable[tuple[File, ...] | None]) -> tuple[File, ...] | None:
    """The files of all; other ones of one name get a number."""
    found: dict[tuple[str, str], File] = {}
    for file in (file for value in values for file in value or ()):
        if (file.name, file.sha256) not in found:
            name = free_name(file.name, [other.name for other in found.values()])
            found[file.name, file.sha256] = replace(file, name=name)
    return tuple(found.values()) or None
