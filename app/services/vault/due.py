"""Whether a backup has to be made before bulk work, or the last one is as good.

What a person does wrong is undone by the journal; a backup is for what goes wrong with the program or the machine. Going
back to one costs what was done since, act by act: a bulk edit of 10,000 records is one act to do again. While that is
little and recent, the last backup is as good as a new one. Work that touches what many hands made (an import, a merge, a
deletion) has one of the last minutes behind it in any case.
"""

from __future__ import annotations

from datetime import timedelta

#: an archive up to this size is copied in about a second: nothing is gained by leaving it
SMALL = 64 << 20
#: so many acts are done again within the hour
LITTLE = 20
#: as long as the usual schedule lets pass anyway, and as long as a file lies about that nothing was added to
RECENT, UNCHANGED = timedelta(hours=4), timedelta(days=1)
#: two imports in a row, an import and the merging after it: one backup
JUST_NOW = timedelta(minutes=15)
#: reasons whose work goes beyond setting fields
GRAVE = frozenset({"import", "merge", "delete", "clean", "undo"})


def backup_needed(reason: str, size: int, age: timedelta | None, acts: int) -> bool:
    """`size`: bytes of the archive; `age` of the last sound backup (None: there is none; negative: the clock was set
    back); `acts`: operations since, counted up to one more than `LITTLE`."""
    if size <= SMALL or age is None or age < timedelta(0) or acts > LITTLE:
        return True
    if reason in GRAVE:
        return age > JUST_NOW
    return age > (RECENT if acts else UNCHANGED)
