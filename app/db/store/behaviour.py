"""What a kind of record is beyond its fields: a `Behaviour`, asked for whole batches by the one writer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa

from app.core.fields import Entity
from app.core.records import Record
from app.core.validation import InvalidFields
from app.db.journal import Operation
from app.db.store.drafts import Change, Draft
from app.db.store.layout import Layout
from app.db.store.reading import Reader
from app.errors import NotFound

#: what becomes of a record that lacks what its state requires: refused; taken and told about; refused unless it ended
#: before it came here
REFUSE, TELL, TELL_OF_ENDED = "refuse", "tell", "tell_of_ended"


@dataclass(frozen=True)
class Terms:
    """Under what terms a batch is written.

    `gaps`: see above. `history`: the records tell of the past of another system: what they do not say is not known, instead
    of having happened now. `note`: what happens with this write leaves its own rows (a stage change, a ticket's event);
    undo and samples bring theirs along. `found`: linked records were looked up in this very unit of work, so they are there.
    """

    gaps: str = REFUSE
    history: bool = False
    note: bool = True
    found: bool = False

    def tolerate(self, draft: Draft) -> bool:
        """Whether the record is taken in spite of what it lacks."""
        return self.gaps == TELL or (self.gaps == TELL_OF_ENDED and draft.ended)


#: what follows from another write is not asked whether it may, and is no act of a person
FOLLOWING = Terms(gaps=TELL, note=False)


class Writing(Protocol):
    """What a behaviour may do with the writer that asks it."""

    @property
    def reader(self) -> Reader: ...

    @property
    def connection(self) -> sa.Connection: ...

    def everywhere(self) -> Writing:
        """For what follows from a permitted change, seen by the actor or not."""

    def known(self, entity: str, ids: Sequence[uuid.UUID], changing: Iterable[str] = ()) -> list[Record]:
        """The records with what must be known of them to change these fields."""

    def touch_many(self, operation: Operation, entity: str, changes: Sequence[Change]) -> None:
        """Changes that follow: journaled, whatever the rights."""

    def mark(
        self, operation: Operation, entity: str, records: Sequence[Record], action: str, terms: Terms = FOLLOWING
    ) -> None:
        """Delete or restore what follows so."""

    def add_following(self, operation: Operation, entity: str, values: Sequence[Mapping[str, Any]]) -> list[uuid.UUID]:
        """New records that follow; returns their ids."""


class Row(Protocol):
    """One row of a file: its number there, field key → stored primitive, the texts that name linked records, fields that
    follow from others."""

    row: int
    columns: dict[str, Any]
    links: dict[str, tuple[str, ...]]
    also: tuple[str, ...]


#: a row, and the record it is about (None = a new one)
Known = tuple[Row, Record | None]


@dataclass
class Batch:
    """Drafts of one kind that are written together. `action`: create, update, delete or restore."""

    writer: Writing
    operation: Operation
    layout: Layout
    action: str
    drafts: list[Draft]
    terms: Terms = Terms()
    _known: dict[str, Any] = field(default_factory=dict, repr=False)

    def known(self, name: str, read: Callable[[], Any]) -> Any:
        """Something a behaviour needs for the whole batch, read once."""
        if name not in self._known:
            self._known[name] = read()
        return self._known[name]

    @property
    def entity(self) -> Entity:
        return self.layout.entity

    def given(self) -> set[str]:
        """The fields that any of the drafts says something about."""
        return set().union(*(draft.keys() for draft in self.drafts))

    def require(self) -> None:
        """Raise when anything spoke against one of the drafts: NotFound for a linked record that is not to be seen, else
        InvalidFields."""
        for draft in self.drafts:
            if draft.problems.keys() - draft.unseen:
                raise InvalidFields(self.entity, draft.problems)
            if draft.problems:
                raise NotFound("；".join(draft.problems.values()))

    def __iter__(self) -> Iterator[Draft]:
        """The drafts that nothing speaks against so far."""
        return (d for d in self.drafts if not d.problems)


class Behaviour:
    """What a kind of record is, whatever door it comes through; asked for whole batches by the one writer.

    The base does nothing. `prepare`, `check` and `follow` see what is new or changed on purpose; `settle` sees every
    write, also of undo, so it works out values anew instead of adding to them.
    """

    #: the kind of record it is the behaviour of
    entity: str = ""
    #: fields of a record that must be known before it can be changed, besides those that change; None = all
    needs: tuple[str, ...] | None = ()
    #: whether a record is nobody's when that is said of it
    ownerless: bool = False

    def understand(self, work: Any, operation: Operation, rows: Sequence[Known]) -> Iterable[tuple[Row, str]]:
        """What words and signs of a file's rows mean, before they become drafts: changes the rows; yields (row, what a
        person should know). `work`: the unit of work they are written in."""
        return ()

    def prepare(self, batch: Batch) -> None:
        """Fill in what a record brings along."""

    def check(self, batch: Batch) -> None:
        """Tell what speaks against a record, in its `problems` and `lacking`."""

    def follow(self, batch: Batch) -> None:
        """After writing: what happens with it, as parts and events of the records written."""

    def settle(self, batches: Sequence[Batch]) -> None:
        """After writing, deleting, restoring and undo: bring what is worked out from these records up to date. Several
        batches where they were written together."""


PLAIN = Behaviour()
