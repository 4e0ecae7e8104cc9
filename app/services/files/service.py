"""Files of records: add, list, save, open, rename, note, remove, find. Every change is journaled and can be undone."""

from __future__ import annotations

import builtins
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from app.core.access import Action
from app.core.clock import now
from app.core.fields import FieldType, File
from app.core.i18n import t
from app.core.jobs import BYTES, Job
from app.core.primitives import from_millis, to_millis
from app.core.records import ChangeSet, Record
from app.db import attachments
from app.db.contents import Intake, sweep_parts, sweep_unmentioned
from app.db.header_file import Step, no_step
from app.db.store import files, rights
from app.db.unit_of_work import UnitOfWork
from app.errors import NotFound, NotPermitted, UserError
from app.services.context import Context
from app.services.files import copies
from app.services.files.finding import Hit, find
from app.services.files.looking import look_at
from app.services.files.names import free_name, safe_name
from app.services.files.records import Added, Held, Swept, held_by
from app.services.files.sources import Opened, Source, digest_of, media_type, name_of, size_of

FIELD = "files"


class FileService:
    """Of one open archive, for one person."""

    def __init__(self, context: Context, *, step: Step = no_step) -> None:
        self._context, self._step = context, step

    # ---- in -----------------------------------------------------------------------------------------------------

    def add(
        self,
        entity: str,
        record: uuid.UUID,
        sources: Sequence[Source],
        *,
        field: str = FIELD,
        note: str = "",
        job: Job | None = None,
        look: bool = True,
    ) -> Added:
        """Put files on a record, as one operation: all of them or none. `look`: see at once what can be seen of them.

        Raises UserError for what is no file or too large, EnvironmentProblem, NotPermitted, NotFound, Cancelled.
        """
        job = job or Job()
        sizes = [size_of(source) for source in sources]
        self._check(entity, record, field)
        sweep_parts(self._context.archive, job)
        with Intake(self._context.archive, self._step) as intake:
            found = self._take(intake, sources, sizes, job)
            job.check()
            added = self._mention(intake, entity, record, field, found, note)
        self._step("files:committed")
        if look:
            self.look([file.sha256 for file in added.files], job)
        return added

    def _check(self, entity: str, record: uuid.UUID, field: str) -> None:
        """Whether the actor may: asked before anything is read, and again when it is written."""
        known = self._context.registry.entity(entity).field(field)
        if known.type is not FieldType.FILES:
            raise UserError(t("字段“{name}”里不能放附件。", name=known.label))
        if not self._context.actor.sees(entity, known):
            raise NotPermitted(t("您的角色不能查看这个字段。"))
        with self._context.reading() as work:
            current = work.reader.get(entity, record)
            rights.require(work.reader, work.reader.layout(entity), current, Action.EDIT)

    def _take(
        self, intake: Intake, sources: Sequence[Source], sizes: Sequence[int | None], job: Job
    ) -> builtins.list[File]:
        """The files with their contents in the archive, nameless yet."""
        total, done, found = sum(size or 0 for size in sizes), 0, []
        took: dict[int, set[str]] = {}

        def came(n: int) -> None:
            nonlocal done
            done += n
            job.progress(t("正在收入附件"), done, max(total, done), unit=BYTES)

        for source in sources:
            job.check()
            name = name_of(source)
            sha256 = self._same(source, took, job)
            if sha256 is None:
                with Opened(source) as opened:
                    sha256, size = intake.fill(opened, came)
            else:
                assert isinstance(source, Path)
                size = source.stat().st_size
            took.setdefault(size, set()).add(sha256)
            found.append(File(name, sha256, size, media_type(name), "", from_millis(to_millis(now()))))
        self._step("files:filled")
        return found

    def _same(self, source: Source, took: dict[int, set[str]], job: Job) -> str | None:
        """The digest of a file whose content is there already: it is read, but not stored again."""
        if not isinstance(source, Path):
            return None
        size = size_of(source) or 0
        with self._context.reading() as work:
            if size not in took and not attachments.known_size(work.connection, size):
                return None
        sha256 = digest_of(source, job.check)
        with self._context.reading() as work:
            there = attachments.size_of(work.connection, sha256) is not None
        return sha256 if there or sha256 in took.get(size, ()) else None

    def _mention(
        self, intake: Intake, entity: str, record: uuid.UUID, field: str, found: Sequence[File], note: str
    ) -> Added:
        with self._context.writing() as work:
            current = work.reader.get(entity, record)
            held: tuple[File, ...] = current.get(field) or ()
            taken = [file.name for file in held]
            added = []
            for file in found:
                intake.name(work.connection, file.sha256)
                added.append(replace(file, name=free_name(file.name, taken), note=note))
                taken.append(added[-1].name)
            summary = t("给“{title}”添加附件：{names}", title=self._title(current), names=_names(added))
            return Added(tuple(added), self._write(work, current, field, (*held, *added), summary))

    # ---- reading ------------------------------------------------------------------------------------------------

    def list(self, entity: str, record: uuid.UUID) -> builtins.list[Held]:
        """The files of a record, field by field. Raises NotFound."""
        with self._context.reading() as work:
            return held_by(work.reader.layout(entity).entity, work.reader.get(entity, record))

    def pictures(self, entity: str, record: uuid.UUID) -> dict[str, bytes | None]:
        """The small PNG pictures of a record's files by content; a content nobody looked at yet is absent."""
        with self._context.reading() as work:
            mine = held_by(work.reader.layout(entity).entity, work.reader.get(entity, record))
            return files.pictures(work.connection, [held.file.sha256 for held in mine])

    def picture(self, sha256: str) -> bytes | None:
        """A small PNG picture of a content the actor may see; None where there is none."""
        with self._context.reading() as work:
            seen = files.visible(work.reader, sha256)
            return files.pictures(work.connection, [sha256]).get(sha256) if seen else None

    def text(self, sha256: str) -> str | None:
        """What is written in a content the actor may see, its beginning; None where nothing can be read."""
        with self._context.reading() as work:
            return files.text(work.connection, sha256) if files.visible(work.reader, sha256) else None

    def find(self, text: str, *, limit: int = 100) -> builtins.list[Hit]:
        """The files in whose name or text all these words stand, of records the actor sees."""
        with self._context.reading() as work:
            return find(work.reader, text, limit)

    def look(self, contents: Iterable[str], job: Job | None = None) -> int:
        """See what can be seen of contents nobody looked at yet; returns how many. Cancelling leaves the rest for later."""
        return look_at(self._context, list(contents), job or Job())

    # ---- out ----------------------------------------------------------------------------------------------------

    def save(
        self,
        entity: str,
        record: uuid.UUID,
        file: File,
        target: Path,
        job: Job | None = None,
        *,
        overwrite: bool = False,
    ) -> Path:
        """Write a file to `target`, or into it where it is a folder, whole or not at all; returns where it is."""
        with self._context.reading() as work:
            self._held(work, entity, record, file)
            if target.is_dir():
                target /= safe_name(file.name)
            return copies.write_copy(work.reader, file.sha256, target, job, overwrite=overwrite)

    def save_all(self, entity: str, record: uuid.UUID, folder: Path, job: Job | None = None) -> builtins.list[Path]:
        """Write all files of a record into a folder; a name that is taken there gets a number."""
        saved = []
        with self._context.reading() as work:
            current = work.reader.get(entity, record)
            for held in held_by(work.reader.layout(entity).entity, current):
                taken = [path.name for path in folder.iterdir()]
                target = folder / free_name(safe_name(held.file.name), taken)
                saved.append(copies.write_copy(work.reader, held.file.sha256, target, job, overwrite=False))
        return saved

    def write_to(self, entity: str, record: uuid.UUID, file: File, target: BinaryIO, job: Job | None = None) -> None:
        """Write a file into a stream."""
        with self._context.reading() as work:
            self._held(work, entity, record, file)
            copies.write_to(work.reader, file.sha256, target, job)

    def open_copy(self, entity: str, record: uuid.UUID, file: File, job: Job | None = None) -> Path:
        """A read-only copy for another program; it is deleted when this program ends."""
        with self._context.reading() as work:
            self._held(work, entity, record, file)
            return copies.open_copy(work.reader, file.sha256, file.name, job)

    # ---- changing -----------------------------------------------------------------------------------------------

    def rename(self, entity: str, record: uuid.UUID, file: File, name: str) -> ChangeSet:
        """Another name; an ending that is left out stays. Raises UserError where the record has a file of that name."""
        wanted = safe_name(name, "")
        if not wanted:
            raise UserError(t("请填写附件的名称。"))
        if not Path(wanted).suffix:
            wanted = safe_name(wanted + Path(file.name).suffix)

        def renamed(held: tuple[File, ...]) -> tuple[File, ...]:
            others = [other.name for other in held if other != file]
            if free_name(wanted, others) != wanted:
                raise UserError(t("这条档案上已有名为“{name}”的附件。", name=wanted))
            return tuple(replace(other, name=wanted) if other == file else other for other in held)

        return self._change(entity, record, file, renamed, t("附件改名：{old} → {new}", old=file.name, new=wanted))

    def note(self, entity: str, record: uuid.UUID, file: File, note: str) -> ChangeSet:
        """What is to be said of the file."""
        return self._change(
            entity, record, file,
            lambda held: tuple(replace(other, note=note.strip()) if other == file else other for other in held),
            t("附件备注：{name}", name=file.name),
        )  # fmt: skip

    def remove(self, entity: str, record: uuid.UUID, some: Sequence[File]) -> ChangeSet:
        """Take files off a record. Their contents stay as long as an undo may ask for them."""
        with self._context.writing() as work:
            current = work.reader.get(entity, record)
            places = {self._held(work, entity, record, file).field for file in some}
            operation = work.operation("edit", "")
            operation.summary = t("移除“{title}”的附件：{names}", title=self._title(current), names=_names(some))[:300]
            left = {key: tuple(f for f in current.get(key) or () if f not in some) for key in places}
            work.writer.update(operation, entity, current.id, left)
            return work.commit()

    def _change(
        self,
        entity: str,
        record: uuid.UUID,
        file: File,
        changed: Callable[[tuple[File, ...]], tuple[File, ...]],
        summary: str,
    ) -> ChangeSet:
        with self._context.writing() as work:
            current = work.reader.get(entity, record)
            field = self._held(work, entity, record, file).field
            return self._write(work, current, field, changed(current.get(field) or ()), summary)

    def _write(self, work: UnitOfWork, current: Record, field: str, held: tuple[File, ...], summary: str) -> ChangeSet:
        operation = work.operation("edit", summary)
        work.writer.update(operation, current.entity, current.id, {field: held})
        return work.commit()

    # ---- sweeping -----------------------------------------------------------------------------------------------

    def tidy(self, job: Job | None = None) -> Swept:
        """Take out what a program that was killed left of files it was taking in."""
        return Swept(*sweep_parts(self._context.archive, job))

    def sweep(self, job: Job | None = None) -> Swept:
        """Take contents out that no record and no entry of the history mentions: no undo can ask for them. For
        administrators."""
        self._context.actor.require_admin()
        left = sweep_parts(self._context.archive, job)
        gone = sweep_unmentioned(self._context.archive, job)
        return Swept(left[0] + gone[0], left[1] + gone[1])

    # ---- what several share -------------------------------------------------------------------------------------

    def _held(self, work: UnitOfWork, entity: str, record: uuid.UUID, file: File) -> Held:
        """The file as it is on the record now. Raises NotFound."""
        mine = held_by(work.reader.layout(entity).entity, work.reader.get(entity, record))
        found = next((held for held in mine if held.file == file), None)
        if found is None:
            raise NotFound(t("这条档案上已没有附件“{name}”，请刷新。", name=file.name))
        return found

    def _title(self, record: Record) -> str:
        return str(record.get(self._context.registry.entity(record.entity).title) or "")


def _names(some: Sequence[File]) -> str:
    return t("、").join(file.name for file in some)
