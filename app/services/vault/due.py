"""Whether a backup has to be made before bulk work, or the last one is as good.

What a person does wrong is undone by the journal; a backup is for what goes wrong with the program or the machine. Going
back to one costs what was written since, so an old one is as good as a new one while that is little and recent. Work that
touches what many hands made (an import, a merge, a deletion) has a recent one behind it in any case.
"""

from __future__ import annotations

from datetime import timedelta

#: an archive up to this size is copied in about a second: nothing is gained by leaving it
SMALL = 64 << 20
#: so many records are written again by hand within the hour
LITTLE = 100
#: as long as people remember what they wrote, and what a file may suffer unnoticed
RECENT, UNCHANGED = timedelta(hours=1), timedelta(days=1)
#: two imports in a row, an import and the merging after it: one backup
JUST_NOW = timedelta(minutes=15)
#: reasons whose work goes beyond setting fields
GRAVE = frozenset({"import", "merge", "delete", "clean", "undo"})


def backup_needed(reason: str, size: int, age: timedelta | None, changed: int) -> bool:
    """`size`: bytes of the archive; `age` of the last sound backup (None: there is none; negative: the clock was set
    back); `changed`: records written since, counted up to one more than `LITTLE`."""
    if size <= SMALL or age is None or age < timedelta(0) or changed > LITTLE:
        return True
    if reason in GRAVE:
        return age > JUST_NOW
    return age > (RECENT if changed else UNCHANGED)
