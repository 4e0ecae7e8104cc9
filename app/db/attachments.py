"""Contents of attachments inside the archive: by SHA-256, once each, in chunks, streamed both ways."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

import sqlalchemy as sa

from app.core.i18n import t
from app.core.ids import uuid7
from app.db.dialect import office_of
from app.errors import EnvironmentProblem, UserError
from app.models import AttachmentChunk, AttachmentContent

CHUNK = 256 * 1024
MAX_SIZE = 50 * 1024 * 1024


def put(connection: sa.Connection, source: BinaryIO) -> tuple[str, int]:
    """Store what `source` holds from its current position; returns (SHA-256, size). The same content is stored once.

    Raises UserError when it is larger than MAX_SIZE; what was written goes with the transaction.
    """
    content, digest, size, office = uuid7(), hashlib.sha256(), 0, office_of(connection)
    c = AttachmentContent
    connection.execute(
        sa.insert(c), [{"org_id": office, "id": content, "sha256": f"part:{content.hex[:32]}", "size": 0}]
    )
    for position, data in enumerate(iter(lambda: source.read(CHUNK), b"")):
        size += len(data)
        if size > MAX_SIZE:
            raise UserError(t("附件超过 {n} MB，不能放进档案。", n=MAX_SIZE // 1024 // 1024))
        digest.update(data)
        row = {"org_id": office, "id": uuid7(), "content_id": content, "position": position, "data": data}
        connection.execute(sa.insert(AttachmentChunk), [row])
    name = digest.hexdigest()
    if connection.execute(sa.select(c.id).where(c.org_id == office, c.sha256 == name)).first() is not None:
        connection.execute(
            sa.delete(AttachmentChunk).where(AttachmentChunk.org_id == office, AttachmentChunk.content_id == content)
        )
        connection.execute(sa.delete(c).where(c.org_id == office, c.id == content))
    else:
        connection.execute(sa.update(c).where(c.org_id == office, c.id == content).values(sha256=name, size=size))
    return name, size


def chunks(connection: sa.Connection, sha256: str) -> Iterator[bytes]:
    """The content in chunks of at most 256 KiB; raises EnvironmentProblem when it is missing or damaged."""
    c, k, office = AttachmentContent, AttachmentChunk, office_of(connection)
    row = connection.execute(sa.select(c.id, c.size).where(c.org_id == office, c.sha256 == sha256)).first()
    digest, size = hashlib.sha256(), 0
    if row is not None:
        query = sa.select(k.data).where(k.org_id == office, k.content_id == row.id).order_by(k.position)
        for (data,) in connection.execute(query):
            digest.update(data)
            size += len(data)
            yield data
    if row is None or size != row.size or digest.hexdigest() != sha256:
        raise EnvironmentProblem(t("这个附件的内容不完整，档案可能已损坏。请用备份核对。"))
