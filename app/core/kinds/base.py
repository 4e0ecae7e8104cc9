"""What every kind of value says of itself; `Kind` holds what most of them have in common."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from app.core.fields import Field, FieldType
from app.core.hidden import without_hidden
from app.core.i18n import language, t
from app.errors import UserError

Json = Any
#: names of users by id, for showing an owner
UserNames = Callable[[uuid.UUID], str]
#: the (text, number) columns of a custom value
Columns = tuple[str | None, int | None]

EMPTY = ("is_empty", "not_empty")
ORDERED = ("eq", "ne", "lt", "le", "gt", "ge", "between", *EMPTY)
HAS = ("has_any", "has_all", "has_none", *EMPTY)
LARGEST = 2**63 - 1


class Kind:
    """One kind of value. What it says is for `Field`s of its `type`; None is never given to its functions.

    `custom`: people may choose it for fields of their own. `numeric`: a number; sums and bounds make sense. `ordered`: one
    value is less than another. `day`: a day or a moment of one. `text`: words that are typed. `worded`: stored as words, which
    may be blank. `points`: ways to reach somebody. `rows`: kept as rows of another table, never in a column. `several`: a
    value is a tuple, of which a filter asks for some. `listed`: its values are codes of the field's choices. `yearly`: a day
    that comes again every year. `summed`: its values add up. `currency`: written as an
    amount, in units of the currency. `wide`: needs a line of a form for itself. `ending` of its
    column's name; `excel`: format of its cells, "" = text; `scale`: whole numbers stored for 1 as a person writes it.
    """

    type: ClassVar[FieldType]
    zh: ClassVar[str]
    en: ClassVar[str]
    custom: ClassVar[bool] = False
    numeric: ClassVar[bool] = False
    ordered: ClassVar[bool] = False
    day: ClassVar[bool] = False
    text: ClassVar[bool] = False
    worded: ClassVar[bool] = False
    points: ClassVar[bool] = False
    rows: ClassVar[bool] = False
    several: ClassVar[bool] = False
    listed: ClassVar[bool] = False
    yearly: ClassVar[bool] = False
    summed: ClassVar[bool] = False
    currency: ClassVar[bool] = False
    wide: ClassVar[bool] = False
    ending: ClassVar[str] = ""
    excel: ClassVar[str] = ""
    scale: ClassVar[int] = 1
    #: whether a custom value is kept in the number column, where it sorts and compares
    counted: ClassVar[bool] = False

    @property
    def label(self) -> str:
        """The kind in words."""
        return self.en if language() == "en" else self.zh

    # ---- what may be stored -------------------------------------------------------------------------------------

    def clean(self, field: Field, value: Any) -> Any:
        """The value ready to store, or None when nothing is left of it. Raises UserError with what is wrong."""
        raise NotImplementedError

    def store(self, value: Any) -> Any:
        """The value as its column holds it: a stored primitive."""
        return value

    def load(self, stored: Any) -> Any:
        """The value of a stored primitive; a value stays what it is."""
        return stored

    def to_custom(self, value: Any) -> Columns:
        """The value in the columns of a custom value."""
        stored = self.store(value)
        return (None, int(stored)) if self.counted else (str(stored), None)

    def from_custom(self, text: str | None, number: int | None) -> Any:
        """The value of these columns; None where they hold nothing."""
        stored = number if self.counted else text
        return None if stored is None else self.load(stored)

    # ---- portable forms -----------------------------------------------------------------------------------------

    def to_json(self, value: Any) -> Json:
        """Data without floats, of which `from_json` makes the value again: what the journal keeps."""
        return value

    def from_json(self, data: Json) -> Any:
        """The value that `to_json` turned into `data`. Raises ValueError, TypeError, KeyError or ArithmeticError for other data."""
        return data

    def plain(self, value: Any, users: UserNames) -> Json:
        """The value as scripts read it (`record_json`); None is given too."""
        return None if value is None else self.to_json(value)

    # ---- words --------------------------------------------------------------------------------------------------

    def to_text(self, field: Field, value: Any, users: UserNames | None = None) -> str:
        """One line that a person reads."""
        return str(value)

    def shown(self, field: Field, value: Any, users: UserNames | None = None) -> str:
        """The value for the eye, in cells and panes."""
        return self.to_text(field, value, users)

    def typed(self, field: Field, value: Any) -> str:
        """The value as somebody would type it in one line; understood as the same value."""
        return self.to_text(field, value)

    def asked(self, field: Field, value: Any) -> str:
        """A value of a filter in words."""
        return str(value)

    def rule(self, field: Field) -> str:
        """What an import understands, in words."""
        return ""

    def example(self, field: Field) -> str:
        """One cell as it may be filled in; "" = any words."""
        return ""

    # ---- filters ------------------------------------------------------------------------------------------------

    def operators(self, field: Field) -> tuple[str, ...]:
        """The operators that make sense, the most usual first."""
        return EMPTY

    def compared(self, value: Any) -> Any:
        """A value of a filter (JSON, or as a person writes it) as a value of the field. Raises ValueError, ArithmeticError."""
        return str(value)

    def bound(self, limit: int) -> str:
        """A bound of the field (`least`, `most`) in words."""
        return str(limit)

    def outside(self, field: Field, value: Any) -> str:
        """What is wrong with a number outside the field's bounds, in words; "" when it is inside."""
        return ""


def plain_text(value: Any, longest: int) -> str:
    """Text in NFC without hidden characters and spaces around it. Raises UserError when it is too long."""
    text = unicodedata.normalize("NFC", without_hidden(str(value))).strip()
    if len(text) > longest:
        raise UserError(t("太长：最多 {most} 个字，现在 {now} 个。", most=longest, now=len(text)))
    return text


def must_be(value: Any, *types: type) -> None:
    """Raise UserError unless the value is of one of these types; a truth value is no number."""
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise UserError(t("值的类型不对。"))


def too_large() -> UserError:
    """A number beyond what is kept."""
    return UserError(t("数字太大。"))


def joined(items: Any) -> str:
    """Several texts in one line."""
    return "；".join(item for item in items if item)
