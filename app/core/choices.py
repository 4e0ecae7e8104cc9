"""Pick-lists: their values, and what a value means to the program, whatever it is called."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.i18n import language


@dataclass(frozen=True, slots=True)
class Meaning:
    """What rules and figures know of a value, however many values have it. A new value that says nothing takes the `neutral`
    one; of a `needed` one some value is always offered, because the program itself sets it."""

    key: str
    zh: str
    en: str
    neutral: bool = False
    needed: bool = False

    @property
    def label(self) -> str:
        return self.en if language() == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a pick-list; `tone` names the colour token of its dot or chip. A `retired` one stays where it is in use
    and is offered no more. `meaning`: the key of one of the field's meanings, "" = none. `merged_by`: the operation that
    gave its records another value; as long as that is so, it is retired."""

    code: str
    zh: str
    en: str
    synonyms: tuple[str, ...] = ()
    tone: str = "gray"
    retired: bool = False
    meaning: str = ""
    merged_by: str = ""

    @property
    def label(self) -> str:
        return self.en if language() == "en" else self.zh


class PickList:
    """What a field with `choices` and `meanings` answers. Rules, figures and filters ask here and compare no codes."""

    __slots__ = ()
    choices: tuple[Choice, ...]
    meanings: tuple[Meaning, ...]

    @property
    def offered(self) -> tuple[Choice, ...]:
        """The choices a person may pick."""
        return tuple(c for c in self.choices if not c.retired)

    def options(self, held: str = "") -> list[tuple[str, str]]:
        """(code, label) of what a person may pick, and of the value that is there."""
        return [(c.code, c.label) for c in self.choices if not c.retired or c.code == held]

    def label_of(self, code: str | None) -> str:
        """The value in words; a text beyond the list is its own."""
        known = self.choice(code or "")
        return known.label if known is not None else code or ""

    @property
    def neutral(self) -> str:
        """The meaning of a value of which nobody says what it means."""
        return next((m.key for m in self.meanings if m.neutral), "")

    def choice(self, code: str) -> Choice | None:
        return next((c for c in self.choices if c.code == code), None)

    def meaning(self, code: str | None) -> str:
        """What the value means; "" of no value, and of a text beyond the list."""
        return next((c.meaning for c in self.choices if c.code == code), "")

    def means(self, code: str | None, *meanings: str) -> bool:
        """Whether the value means one of these."""
        return code is not None and self.meaning(code) in meanings

    def with_meaning(self, *meanings: str) -> tuple[str, ...]:
        """The codes of all values that mean one of these, in order, retired ones too."""
        return tuple(c.code for c in self.choices if c.meaning in meanings)

    def first(self, meaning: str) -> str | None:
        """The code to set where a rule sets this meaning: the first value with it that is offered."""
        return next((c.code for c in self.offered if c.meaning == meaning), None)
