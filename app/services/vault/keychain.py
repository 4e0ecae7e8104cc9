"""Staying signed in: a random device secret in the system's own keychain. Every failure of a keychain means "no", and
so does one that does not answer: a keychain is another process, and nobody may have to wait for it for ever.

Only the keychains of the operating systems are used (Windows credential store, macOS Keychain, Secret Service); a
back-end that would write the secret into a plain file is refused.
"""

from __future__ import annotations

import base64
import contextlib
import json
import platform
import secrets
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any

from app.services.context import Context

_SERVICE = "Kedang"
_BACKENDS = {
    "win32": ("keyring.backends.Windows", "WinVaultKeyring"),
    "darwin": ("keyring.backends.macOS", "Keyring"),
}
#: seconds; a locked keychain asks its owner for the password meanwhile
_PATIENCE = 20.0
_ELSEWHERE = ("keyring.backends.SecretService", "Keyring")


def backend() -> Any | None:
    """The system's keychain; None where there is none. May talk to another process: not in the window's thread."""
    module, name = _BACKENDS.get(sys.platform, _ELSEWHERE)

    def find() -> Any | None:
        # Named, not discovered: a packaged program has no entry points to discover them by.
        kind = getattr(import_module(module), name)
        return kind() if kind.priority > 0 else None

    try:
        return _answer(find)
    except Exception:  # noqa: BLE001 - back-ends raise whatever their platform raises
        return None


def available() -> bool:
    """Whether this computer has a keychain that is safe to use."""
    return backend() is not None


def recall(vault_id: str) -> tuple[str, bytes] | None:
    """(slot "user@device", secret) kept for this archive, or None."""
    try:
        found = _need()
        text = _answer(lambda: found.get_password(_SERVICE, vault_id))
        kept = json.loads(text) if text else None
        return (str(kept["slot"]), base64.b64decode(kept["secret"], validate=True)) if kept else None
    except Exception:  # noqa: BLE001 - as above; a secret that cannot be read is no secret
        return None


def forget(vault_id: str) -> None:
    """Remove what is kept for this archive, if anything."""
    with contextlib.suppress(Exception):
        found = _need()
        _answer(lambda: found.delete_password(_SERVICE, vault_id))


def is_kept(context: Context) -> bool:
    """Whether the acting person stays signed in on this computer."""
    kept = recall(context.archive.header.vault_id)
    return kept is not None and kept[0].rsplit("@", 1)[0] == _username(context)


def stay_signed_in(context: Context, wanted: bool) -> bool:
    """Keep or forget the device secret; returns whether it is kept now. No keychain: False, and no slot is made."""
    vault_id = context.archive.header.vault_id
    username = _username(context)
    forget(vault_id)
    if any(slot.kind == "device" and slot.name.startswith(f"{username}@") for slot in context.archive.header.slots):
        context.archive.remove_devices(username)
    if not wanted or context.archive.read_only or not available():
        return False
    device = f"{platform.node().replace('@', '-') or 'pc'}-{secrets.token_hex(3)}"
    secret = context.archive.add_device(username, device)
    kept = json.dumps({"slot": f"{username}@{device}", "secret": base64.b64encode(secret).decode()})
    try:
        found = _need()
        _answer(lambda: found.set_password(_SERVICE, vault_id, kept))
    except Exception:  # noqa: BLE001 - as above
        context.archive.remove_devices(username)
        return False
    return True


def _need() -> Any:
    found = backend()
    if found is None:
        raise LookupError("no keychain")
    return found


def _answer(ask: Callable[[], Any]) -> Any:
    """What the keychain answers; raises what it raises, and TimeoutError when it takes too long."""
    answers: list[Any] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            answers.append(ask())
        except Exception as error:  # noqa: BLE001 - as above; raised where it was asked
            errors.append(error)

    asking = threading.Thread(target=run, name="kedang-keychain", daemon=True)
    asking.start()
    asking.join(_PATIENCE)
    if errors:
        raise errors[0]
    if not answers:
        raise TimeoutError
    return answers[0]


def _username(context: Context) -> str:
    from app.services.people.service import PeopleService

    return next(p.username for p in PeopleService(context).list() if p.id == context.actor.user_id)
