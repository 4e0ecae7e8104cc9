"""The key header: who gets in, and what of it can be altered without being noticed (nothing)."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from app.db import keys
from app.db.keys import DEVICE, LIMITS, PASSWORD, RECOVERY, Damaged, Header
from app.db.secrets import password_bytes
from app.errors import CannotUnlock, EnvironmentProblem

KEY = bytes(range(32))
ANNA, BERT = password_bytes("安娜的密码"), password_bytes("伯特的密码")


@pytest.fixture(scope="module")
def stored() -> bytes:
    """A header with two passwords, a recovery secret and a device."""
    header = Header.create()
    header.add(PASSWORD, "anna", ANNA, KEY)
    header.add(PASSWORD, "bert", BERT, KEY)
    header.add(RECOVERY, "", b"recovery", KEY)
    header.add(DEVICE, "anna@desk", b"device", KEY)
    header.commit(KEY)
    return header.to_bytes()


@pytest.fixture
def header(stored: bytes) -> Header:
    return Header.from_bytes(stored)


@pytest.mark.parametrize(
    ("kind", "name", "secret"),
    [(PASSWORD, "anna", ANNA), (PASSWORD, "bert", BERT), (RECOVERY, "", b"recovery"), (DEVICE, "anna@desk", b"device")],
)
def test_that_every_slot_opens_with_its_own_secret(header: Header, kind: str, name: str, secret: bytes) -> None:
    key = header.unlock(kind, name, secret)
    assert key == KEY
    header.verify(key, header.generation)


@pytest.mark.parametrize(
    ("kind", "name", "secret"),
    [
        (PASSWORD, "anna", BERT), (PASSWORD, "nobody", ANNA), (PASSWORD, "", ANNA), (RECOVERY, "", b"wrong"),
        (RECOVERY, "anna", b"recovery"), (DEVICE, "anna@desk", b""), (PASSWORD, "anna@desk", b"device"),
    ],
)  # fmt: skip
def test_that_every_refusal_is_the_same(header: Header, kind: str, name: str, secret: bytes) -> None:
    with pytest.raises(CannotUnlock) as caught:
        header.unlock(kind, name, secret)
    assert str(caught.value) == "用户名或密码不对，无法打开。"
    assert caught.value.details == ()


def test_that_an_unknown_user_costs_as_much_work_as_a_wrong_password(header: Header) -> None:
    def cpu(name: str) -> float:
        best = []
        for _ in range(3):
            started = time.process_time()
            with pytest.raises(CannotUnlock):
                header.unlock(PASSWORD, name, b"wrong")
            best.append(time.process_time() - started)
        return min(best)

    assert 0.5 < cpu("nobody") / cpu("anna") < 2


def test_that_full_width_typing_opens_the_same_lock() -> None:
    assert password_bytes("ＡＢＣ１２３") == password_bytes("ABC123")
    raw = "安娜的密码１".encode().decode("ascii", "surrogateescape")  # as a console without UTF-8 hands it on
    assert password_bytes(raw) == password_bytes("安娜的密码1")
    assert password_bytes(b"\xff\xfe".decode("ascii", "surrogateescape")) == b"\xff\xfe"


def _flip(text: str) -> str:
    raw = bytearray(base64.b64decode(text))
    raw[len(raw) // 2] ^= 1
    return base64.b64encode(raw).decode()


def _slot(body: dict[str, Any], name: str = "anna") -> dict[str, Any]:
    return next(s for s in body["slots"] if s["name"] == name and s["kind"] == PASSWORD)


LOCAL: dict[str, Callable[[dict[str, Any]], object]] = {
    "another kdf": lambda b: _slot(b)["kdf"].update(m=8193),
    "no kdf": lambda b: _slot(b).update(kdf={}),
    "kdf of another kind": lambda b: _slot(b)["kdf"].update(name="sha256"),
    "unknown kdf": lambda b: _slot(b)["kdf"].update(name="rot13"),
    "kdf that eats all memory": lambda b: _slot(b)["kdf"].update(m=1 << 40),
    "kdf no number": lambda b: _slot(b)["kdf"].update(t="many"),
    "kdf no mapping": lambda b: _slot(b).update(kdf=None),
    "public key of bert": lambda b: _slot(b).update(pub=_slot(b, "bert")["pub"]),
    "seal of bert": lambda b: _slot(b).update(seal=_slot(b, "bert")["seal"]),
    "wrap of bert": lambda b: _slot(b).update(wrap=_slot(b, "bert")["wrap"]),
    "flipped wrap": lambda b: _slot(b).update(wrap=_flip(_slot(b)["wrap"])),
    "flipped seal": lambda b: _slot(b).update(seal=_flip(_slot(b)["seal"])),
    "flipped commitment": lambda b: _slot(b).update(commit=_flip(_slot(b)["commit"])),
    "empty seal": lambda b: _slot(b).update(seal=""),
    "no base64": lambda b: _slot(b).update(wrap="§"),
    "a number for text": lambda b: _slot(b).update(pub=5),
    "other id": lambda b: _slot(b).update(id="x"),
    "names swapped": lambda b: (_slot(b).update(name="x"), _slot(b, "bert").update(name="anna")),
    "another vault": lambda b: b.update(vault_id="0" * 32),
}


@pytest.mark.parametrize("change", LOCAL.values(), ids=LOCAL.keys())
def test_that_an_altered_slot_does_not_open(stored: bytes, change: Callable[[dict[str, Any]], object]) -> None:
    body = json.loads(stored)
    change(body)
    with pytest.raises(CannotUnlock):
        Header.from_bytes(json.dumps(body).encode()).unlock(PASSWORD, "anna", ANNA)


ELSEWHERE: dict[str, Callable[[dict[str, Any]], object]] = {
    "slot removed": lambda b: b["slots"].remove(_slot(b, "bert")),
    "slot added": lambda b: b["slots"].append(dict(_slot(b, "bert"), name="carl")),
    "order changed": lambda b: b["slots"].reverse(),
    "public key of bert replaced": lambda b: _slot(b, "bert").update(pub=_slot(b)["pub"]),
    "another kdf of bert": lambda b: _slot(b, "bert")["kdf"].update(m=8193),
    "generation raised": lambda b: b.update(generation=b["generation"] + 1),
    "generation lowered": lambda b: b.update(generation=0),
    "mac replaced": lambda b: b.update(mac=_flip(b["mac"])),
    "mac emptied": lambda b: b.update(mac=""),
}


@pytest.mark.parametrize("change", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_that_a_change_anywhere_else_is_noticed_after_unlocking(
    stored: bytes, change: Callable[[dict[str, Any]], object]
) -> None:
    body = json.loads(stored)
    change(body)
    header = Header.from_bytes(json.dumps(body).encode())
    key = header.unlock(PASSWORD, "anna", ANNA)
    with pytest.raises(Damaged, match="被改动过"):
        header.verify(key)


def test_that_an_older_header_is_told_from_a_newer_one(header: Header) -> None:
    older = header.copy()
    header.add(PASSWORD, "carl", b"x", KEY)
    header.commit(KEY)
    header.verify(KEY, header.generation)
    with pytest.raises(Damaged, match="旧的一份"):
        older.verify(KEY, header.generation)


def test_that_a_password_change_rewraps_one_slot_and_leaves_the_key(header: Header) -> None:
    bert = dict(vars(header.find(PASSWORD, "bert") or {}))
    header.change_secret(PASSWORD, "anna", ANNA, b"new")
    assert header.unlock(PASSWORD, "anna", b"new") == KEY
    assert vars(header.find(PASSWORD, "bert") or {}) == bert
    header.verify(KEY)
    for wrong in (ANNA, b""):
        with pytest.raises(CannotUnlock):
            header.unlock(PASSWORD, "anna", wrong)
    with pytest.raises(CannotUnlock):
        header.change_secret(PASSWORD, "anna", ANNA, b"x")
    with pytest.raises(CannotUnlock):
        header.change_secret(PASSWORD, "nobody", ANNA, b"x")


def test_that_a_new_data_key_reaches_everybody_but_the_dropped(header: Header) -> None:
    new = bytes(32)
    header.rotate(KEY, new, frozenset({"bert"}))
    assert header.unlock(PASSWORD, "anna", ANNA) == new
    assert header.unlock(RECOVERY, "", b"recovery") == new
    assert header.unlock(DEVICE, "anna@desk", b"device") == new
    header.verify(new)
    with pytest.raises(CannotUnlock):
        header.unlock(PASSWORD, "bert", BERT)
    with pytest.raises(Damaged):
        header.verify(KEY)


def test_that_equal_passwords_and_equal_keys_do_not_look_equal() -> None:
    header = Header.create()
    one, two = (header.add(DEVICE, name, b"same", KEY) for name in ("a", "b"))
    for part in ("pub", "commit", "wrap", "seal"):
        assert getattr(one, part) != getattr(two, part)
    assert one.kdf["salt"] != two.kdf["salt"]


def test_that_the_header_holds_no_key_and_no_secret(stored: bytes) -> None:
    for needle in (KEY, ANNA, BERT, base64.b64encode(KEY), KEY.hex().encode()):
        assert needle not in stored


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"\xff\xfe", b"[]", b"5", b"null", b"{}", b'{"format":"kedang-archive"}',
     b'{"format":"other","version":1}', b'{"format":"kedang-archive","version":"1"}',
     b'{"format":"kedang-archive","version":1,"slots":[{"x":1}],"vault_id":"a","generation":1,"mac":""}',
     b'{"format":"kedang-archive","version":1,"slots":5,"vault_id":"a","generation":1,"mac":""}',
     b'{"format":"kedang-archive","version":1,"slots":[],"vault_id":"a","generation":"x","mac":""}'],
)  # fmt: skip
def test_that_bytes_that_are_no_header_are_called_damaged(data: bytes) -> None:
    with pytest.raises(Damaged):
        Header.from_bytes(data)


def test_that_a_header_of_a_newer_program_asks_for_an_update(stored: bytes) -> None:
    body = json.loads(stored) | {"version": keys.VERSION + 1}
    with pytest.raises(EnvironmentProblem, match="先升级程序") as caught:
        Header.from_bytes(json.dumps(body).encode())
    assert not isinstance(caught.value, Damaged)


def test_that_the_program_s_own_passwords_cost_what_they_should() -> None:
    """Argon2id with 64 MiB and three passes, more than what OWASP's password storage cheat sheet asks for at least
    (19 MiB, two passes); a process of its own, because tests derive theirs at the least cost."""
    made = (
        "from app.db.keys import PASSWORD, Header\n"
        "header = Header.create()\n"
        "header.add(PASSWORD, 'anna', b'secret', bytes(32))\n"
        "print({k: v for k, v in header.slots[0].kdf.items() if k != 'salt'})"
    )
    done = subprocess.run([sys.executable, "-c", made], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str({"name": "argon2id", "m": 65536, "t": 3, "p": 1})
    assert LIMITS["m"][0] < 65536
