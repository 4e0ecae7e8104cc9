"""The office's outgoing mailbox; its password lies in the encrypted archive and nowhere else."""

from __future__ import annotations

from app.core.access import Action
from app.core.i18n import t
from app.core.records import ChangeSet
from app.db.store.settings import setting, store_setting
from app.services.context import Context
from app.services.tickets.mail.sending import MailAccount, probe

KEY = "mail_account"


class MailAccountService:
    """Reading and changing the mailbox. Only administrators change it; everybody who may answer tickets sends through it."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def get(self) -> MailAccount | None:
        """The mailbox with its password (never shown); None when there is none. Raises NotPermitted."""
        self._context.actor.require("tickets", Action.EDIT)
        with self._context.reading() as work:
            data = setting(work.connection, KEY)
        if not isinstance(data, dict):
            return None
        return MailAccount(
            str(data.get("host", "")), int(data.get("port", 465)), str(data.get("security", "ssl")),
            str(data.get("username", "")), str(data.get("password", "")), str(data.get("address", "")),
            str(data.get("name", "")),
        )  # fmt: skip

    def save(self, account: MailAccount) -> ChangeSet:
        """Keep the mailbox. An empty password keeps the one that is there. Raises UserError, NotPermitted."""
        self._context.actor.require_admin()
        account.check()
        known = self.get()
        password = account.password or (known.password if known else "")
        data = {
            "host": account.host.strip(), "port": account.port, "security": account.security,
            "username": account.username.strip(), "password": password, "address": account.address.strip(),
            "name": account.name.strip(),
        }  # fmt: skip
        with self._context.writing() as work:
            work.operation("setup", t("设置发信邮箱：{address}", address=account.address.strip()))
            store_setting(work.connection, KEY, data)
            return work.commit()

    def remove(self) -> ChangeSet:
        """Forget the mailbox and its password."""
        self._context.actor.require_admin()
        with self._context.writing() as work:
            work.operation("setup", t("移除发信邮箱"))
            store_setting(work.connection, KEY, None)
            return work.commit()

    def try_out(self, account: MailAccount) -> None:
        """Log in without sending; an empty password stands for the one kept. Raises as `sending.probe`."""
        self._context.actor.require_admin()
        known = self.get()
        if not account.password and known is not None:
            account = MailAccount(
                account.host,
                account.port,
                account.security,
                account.username,
                known.password,
                account.address,
                account.name,
            )
        probe(account)
