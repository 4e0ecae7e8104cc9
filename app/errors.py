"""What may go wrong, sorted by whose move is next.

`UserError`: the person can put it right (exit code 3). `EnvironmentProblem`: disk, lock, newer or damaged file (4).
`CannotUnlock` (5) and `NotPermitted` (6) are told apart for scripts. Any other exception is a defect of ours.
Messages are plain sentences in the current language (`app.core.i18n.t`) that say what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class AppError(Exception):
    """Base of everything we say to a person. `str(error)` is the sentence; `details` are further plain lines."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.details = tuple(details)


class UserError(AppError):
    """Something typed, chosen or contained in a file is not right."""

    exit_code = 3


class NotFound(UserError):
    """The record is not there (or not for this user's eyes)."""


class Conflict(UserError):
    """Somebody changed the record since it was read."""


class EnvironmentProblem(AppError):
    """The world around us: full disk, locked, newer or damaged file."""

    exit_code = 4


class CannotUnlock(AppError):
    """Wrong password, unknown user or wrong recovery code: never says which."""

    exit_code = 5


class NotPermitted(AppError):
    """The user's role does not allow this."""

    exit_code = 6


class Cancelled(Exception):
    """The running job was cancelled."""
