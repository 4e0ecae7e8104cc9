"""Choosing a password: typed twice, with a strength meter in words."""

from __future__ import annotations

from collections.abc import Callable

from app.core.i18n import t
from app.services.vault import passwords
from app.views.widgets.form import Form
from app.views.widgets.password_field import PasswordField


class NewPassword:
    """Adds two rows to a form, under the keys `password` and `repeat`; `errors` says what is still wrong."""

    def __init__(self, form: Form, *, label: str = "") -> None:
        self._first = PasswordField(label or t("密码"))
        self._second = PasswordField(t("再输一次密码"))
        self._first.changed.connect(self._on_changed)
        self._first.edit.setPlaceholderText(t("至少 {n} 个字符；一句容易记的话也很好", n=passwords.shortest()))
        form.add_row("password", label or t("密码"), self._first, required=True)
        form.add_row("repeat", t("再输一次"), self._second, required=True)
        self._form = form

    def on_submit(self, call: Callable[[], object]) -> None:
        """`call` at Enter in the second field."""
        self._second.submitted.connect(call)

    def text(self) -> str:
        """The password as typed first."""
        return self._first.text()

    def errors(self) -> dict[str, str]:
        """Sentences by row key; empty when the password may be used."""
        problem = passwords.problem(self._first.text())
        if problem:
            return {"password": problem}
        if self._first.text() != self._second.text():
            return {"repeat": t("两次输入的密码不一样。")}
        return {}

    def clear(self) -> None:
        """Forget both."""
        self._first.clear()
        self._second.clear()

    def _on_changed(self, text: str) -> None:
        score, words = passwords.strength(text)
        self._first.set_strength(score, words)
        for key in ("password", "repeat"):
            if self._form.row(key).error():
                self._form.row(key).set_error("")
