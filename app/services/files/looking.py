"""Looking at contents nobody looked at yet: their text and picture are made in the reading child and kept in the archive.

The contents go to the child through its pipe: nothing of them is written on a disk outside the archive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from app.core.i18n import t
from app.core.jobs import Job
from app.db import attachments
from app.db.store import files
from app.errors import AppError, Cancelled, EnvironmentProblem
from app.services.context import Context
from app.services.exchange.files.child import Limits, run_in_child
from app.services.exchange.files.views import View, can_be_seen, view_task

#: bytes of the largest content that is looked at, and of all that are looked at by one child
LARGEST = 64 << 20
#: what a child may take: files come from strangers
LIMITS = Limits(memory=1 << 30, cpu=60, silence=45.0)


def look_at(context: Context, contents: Sequence[str], job: Job) -> int:
    """Returns how many were looked at; cancelling leaves the rest for later."""
    if context.archive.read_only:
        return 0
    with context.reading() as work:
        wanted = files.unseen(work.connection, contents)
    done = 0
    with suppress(Cancelled):
        for batch in _batches(wanted):
            for sha256, view in _views(context, batch, job):
                _keep(context, sha256, view)
                done += 1
                job.progress(t("正在生成预览"), done, len(wanted))
    return done


def _batches(wanted: dict[str, int]) -> Iterator[list[str]]:
    """As many contents as one child is given; those too large stand alone."""
    batch: list[str] = []
    room = LARGEST
    for sha256, size in wanted.items():
        if batch and size > room:
            yield batch
            batch, room = [], LARGEST
        batch.append(sha256)
        room -= size
    if batch:
        yield batch


def _views(context: Context, batch: Sequence[str], job: Job) -> Iterator[tuple[str, View]]:
    """The view of each; where the child dies of one, that one has none, and another child goes on."""
    held: list[tuple[str, bytes]] = []
    for sha256 in batch:
        job.check()
        content = _content(context, sha256)
        if content is None:
            yield sha256, View()
        else:
            held.append((sha256, content))
    while held:
        seen = 0
        try:
            for view in run_in_child(view_task, [content for _, content in held], job=job, limits=LIMITS):
                yield held[seen][0], view
                seen += 1
        except AppError:
            if seen < len(held):
                yield held[seen][0], View()
                seen += 1
        del held[:seen]


def _content(context: Context, sha256: str) -> bytes | None:
    """A content that may have something to be seen; None where it is too large, of no known kind, or damaged."""
    with context.reading() as work:
        size = attachments.size_of(work.connection, sha256)
        if size is None or size > LARGEST:
            return None
        data = bytearray()
        with suppress(EnvironmentProblem):
            for chunk in attachments.chunks(work.connection, sha256):
                if not data and not can_be_seen(chunk):
                    return None
                data += chunk
            return bytes(data) or None
    return None


def _keep(context: Context, sha256: str, view: View) -> None:
    with context.writing() as work:
        files.keep_view(work.reader, sha256, view.text, view.picture)
        work.commit()
