"""How archives are created and opened: what the start window is given (see `app.services.workspace.Door`)."""

from __future__ import annotations

from pathlib import Path

from app.bootstrap import create_workspace, open_with_device, open_workspace, recover_workspace
from app.core.i18n import t
from app.core.jobs import Job
from app.errors import CannotUnlock
from app.services.vault import keychain
from app.services.vault.service import header_info, restore
from app.services.workspace import Workspace


class ArchiveDoor:
    """Stateless. Every method may take seconds and belongs into a worker."""

    def users(self, path: Path) -> list[str]:
        """Usernames of an archive, without opening it; raises EnvironmentProblem for what is none."""
        return list(header_info(path)["users"])

    def create(self, path: Path, username: str, password: str, name: str) -> tuple[Workspace, str]:
        """A new archive and its recovery code."""
        return create_workspace(path, username, password, name=name)

    def open(
        self,
        path: Path,
        username: str,
        password: str,
        *,
        take_over: bool = False,
        read_only: bool = False,
        job: Job | None = None,
    ) -> Workspace:
        """Open with a password; raises CannotUnlock, ArchiveInUse, EnvironmentProblem. `job` is told of an upgrade."""
        return open_workspace(path, username, password, take_over=take_over, read_only=read_only, job=job)

    def recover(self, path: Path, code: str, job: Job | None = None) -> Workspace:
        """Open with the recovery code, as the first administrator."""
        return recover_workspace(path, code, job=job)

    def kept_secret(self, path: Path) -> tuple[str, bytes] | None:
        """(slot, secret) that the system keychain keeps for this archive; None when it keeps nothing."""
        return keychain.recall(str(header_info(path)["vault_id"]))

    def open_signed_in(self, path: Path, secret: tuple[str, bytes], job: Job | None = None) -> Workspace | None:
        """Open with that; None, and forgotten, when it no longer fits."""
        try:
            return open_with_device(path, *secret, job=job)
        except CannotUnlock:
            keychain.forget(str(header_info(path)["vault_id"]))
            return None

    def can_stay_signed_in(self) -> bool:
        """Whether this computer has a keychain."""
        return keychain.available()

    def stay_signed_in(self, workspace: Workspace, wanted: bool) -> bool:
        """Keep or forget a device secret in the system keychain; returns whether it is kept (no keychain: False)."""
        return keychain.stay_signed_in(workspace.context, wanted)

    def restore(self, backup: Path, target: Path, username: str, password: str, job: Job) -> dict[str, int]:
        """Bring a backup back as `target`; returns its record counts."""
        job.progress(t("正在恢复并检查备份"), 0, 0)
        return restore(backup, target, username or None, password)
