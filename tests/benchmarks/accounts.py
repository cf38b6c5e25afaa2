"""Large accounts: `python -m tests.benchmarks.accounts`, or as a part of all benchmarks.

100,000 users, 10,000 groups, 10,000 roles and 10,000 policies against 200 of each, and both against
moto with 5,000 users.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from multiprocessing.pool import ThreadPool
from pathlib import Path
from urllib.parse import urlencode

from tests.benchmarks import client
from tests.benchmarks.figures import Result, tell
from tests.benchmarks.rates import against, moto_server, rate, thrift
from tests.credentials import Key
from tests.live_server import LiveServer, serving

USERS, OTHERS, FEW = 100_000, 10_000, 200
MOTO_USERS = 5_000
ASKED = 500  # different requests of a kind
_RUNS = count()
NO_LIMIT = str(10 * USERS)

_STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
_DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [_STATEMENT]})
_FILL = """
import json
from identity import identifiers
from identity.models import *
account = Account.objects.get()
users, others = {users}, {others}
document = json.dumps({{"Version": "2012-10-17", "Statement": [
    {{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}]}})
trust = json.dumps({{"Version": "2012-10-17", "Statement": [
    {{"Effect": "Allow", "Principal": {{"Service": "ec2.amazonaws.com"}},
      "Action": "sts:AssumeRole"}}]}})
def named(kind, prefix, number, **more):
    name = f"{{kind.__name__.lower()}}{{number}}"
    return kind(account=account, unique_id=identifiers.unique_id(prefix), name=name,
                name_folded=name, **more)
def make(rows):
    rows = list(rows)
    return type(rows[0]).objects.bulk_create(rows, batch_size=500)
numbers = range(others)
people = make(named(User, "AIDA", number) for number in range(users))
groups = make(named(Group, "AGPA", number) for number in numbers)
roles = make(named(Role, "AROA", number, trust_policy=trust) for number in numbers)
policies = make(
    named(ManagedPolicy, "ANPA", number,
          arn=f"arn:aws:iam::{{account.pk}}:policy/managedpolicy{{number}}") for number in numbers
)
versions = make(PolicyVersion(policy=policy, number=1, document=document) for policy in policies)
for policy, version in zip(policies, versions):
    policy.default_version = version
ManagedPolicy.objects.bulk_update(policies, ["default_version"], batch_size=500)
make(Membership(group=groups[number % others], user=user) for number, user in enumerate(people))
make(UserAttachment(account=account, policy=policies[number % others], user=user)
     for number, user in enumerate(people))
make(PolicyUsage(account=account, policy=policy, attachment_count=users // others)
     for policy in policies)
account.count(user_count=users, group_count=others, role_count=others, policy_count=others)
"""


@dataclass(frozen=True)
class Case:
    """An account, and where it is asked; it has so many users, and of each other kind so many."""

    server: LiveServer
    account: str
    key: Key
    users: int
    others: int

    def request(self, action: str, **params: str) -> bytes:
        body = urlencode({"Action": action, "Version": "2010-05-08", **params})
        return client.signed_post(self.server.port, self.key, "iam", body)


def results() -> Iterator[Result]:
    """All figures of large accounts."""
    with (
        tempfile.TemporaryDirectory() as folder,
        case(Path(folder) / "large", USERS, OTHERS) as large,
    ):
        with case(Path(folder) / "small", FEW, FEW) as small:
            yield from flatness(large, small)
        with moto_server() as moto:
            yield from against_moto(large, moto)


@contextmanager
def case(folder: Path, users: int, others: int) -> Iterator[Case]:
    folder.mkdir()
    with serving(folder) as server:
        account, key = server.account()
        for name in ("UsersPerAccount", "PoliciesPerUser", "PoliciesPerAccount"):
            server.manage("set_quota", "--all", name, NO_LIMIT)
        fill = _FILL.format(users=users, others=others)
        server.manage("shell", "--verbosity", "0", "--command", fill)
        yield Case(server, account, key, users, others)


# --- what is asked -------------------------------------------------------------------------------


def pages_of_users(one: Case) -> list[bytes]:
    """The first page, and one from the middle of the table (moto has but one page)."""
    iam, middle = one.server.client("iam", one.key), f"user{one.users // 2}"
    page = iam.list_users(MaxItems=100)
    first = one.request("ListUsers")
    if "Marker" not in page:
        return [first]
    while page["Users"][-1]["UserName"] < middle:
        page = iam.list_users(MaxItems=min(1000, one.users // 4), Marker=page["Marker"])
    return [first, one.request("ListUsers", MaxItems="100", Marker=page["Marker"])]


def pages_of_details(one: Case) -> list[bytes]:
    """A page of users, one of roles, groups or policies."""
    action = "GetAccountAuthorizationDetails"
    kinds = ("User", "Role", "Group", "LocalManagedPolicy")
    return [one.request(action, **{"Filter.member.1": kind}) for kind in kinds]


def details_of_users(one: Case) -> list[bytes]:
    """Of what moto's account has too; moto answers all users at once."""
    return [one.request("GetAccountAuthorizationDetails", **{"Filter.member.1": "User"})]


def users_by_name(one: Case) -> list[bytes]:
    return [one.request("GetUser", UserName=f"user{number}") for number in _spread(one.users)]


def attachments(one: Case) -> Iterator[bytes]:
    """Each time another policy on another user."""
    for turn in count(1):
        for number in _spread(one.users):
            policy = f"managedpolicy{(number + turn) % one.others}"
            arn = f"arn:aws:iam::{one.account}:policy/{policy}"
            yield one.request("AttachUserPolicy", UserName=f"user{number}", PolicyArn=arn)


def new_users(one: Case) -> Iterator[bytes]:
    """Names that were in no run before."""
    run = next(_RUNS)
    return (one.request("CreateUser", UserName=f"new{run}-{number}") for number in count())


def _spread(end: int) -> range:
    return range(0, end, max(end // ASKED, 1))


ASKING: dict[str, Callable[[Case], list[bytes] | Iterator[bytes]]] = {
    "ListUsers": pages_of_users,
    "GetUser": users_by_name,
    "GetAccountAuthorizationDetails": pages_of_details,
    "AttachUserPolicy": attachments,
    "CreateUser": new_users,
}


# --- what comes of it ----------------------------------------------------------------------------


def flatness(large: Case, small: Case) -> Iterator[Result]:
    """By second of the workers' processor time, as for what is small."""
    for name, asking in ASKING.items():
        yield against(
            f"{name}, 100,000 users against {FEW} (0.9 or more)",
            partial(thrift, large.server, asking(large)),
            partial(thrift, small.server, asking(small)),
            goal=0.9,
        )


def against_moto(large: Case, port: int) -> Iterator[Result]:
    """Ours has 100,000 users, moto's account 5,000 and one policy."""
    moto = Case(LiveServer(Path(), port=port), "123456789012", large.key, MOTO_USERS, 1)
    _fill_moto(moto)
    for name, asking in (ASKING | {"GetAccountAuthorizationDetails": details_of_users}).items():
        yield against(
            f"{name} against moto_server with 5,000 users (3 or more)",
            partial(rate, large.server.port, asking(large)),
            partial(rate, port, asking(moto)),
            goal=3,
        )


def _fill_moto(moto: Case) -> None:
    iam = moto.server.client("iam", moto.key)
    iam.create_policy(PolicyName="managedpolicy0", PolicyDocument=_DOCUMENT)
    names = [f"user{number}" for number in range(MOTO_USERS)]
    with ThreadPool(8) as pool:
        pool.map(lambda name: iam.create_user(UserName=name), names)


if __name__ == "__main__":
    sys.exit(tell(results()))
