"""`make bench`: how fast and how large, each figure as a ratio of two measured in one run."""

from __future__ import annotations

import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.client import HTTPConnection
from multiprocessing.pool import ThreadPool
from pathlib import Path

from tests.benchmarks import accounts, client, engine, id_tokens, pages, saml, sessions
from tests.benchmarks.figures import Result, tell
from tests.benchmarks.rates import against, moto_server, process, rate, thrift
from tests.credentials import PASSWORD, Key
from tests.live_server import LiveServer

WORKERS = 2
WHO = "Action=GetCallerIdentity&Version=2011-06-15"
FEW, MANY = 10, 100_000
BROWSERS = 8
SIGN_INS = 40  # of each browser

_ADD_USERS = """
from identity import identifiers
from identity.models import Account, User
account = Account.objects.get()
User.objects.bulk_create([
    User(account=account, unique_id=identifiers.unique_id("AIDA"),
         name=f"user{{n}}", name_folded=f"user{{n}}") for n in range({first}, {end})
], batch_size=500)
account.count(user_count={end} - {first})
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        small, large = LiveServer(Path(folder) / "small"), LiveServer(Path(folder) / "large")
        for server in (small, large):
            server.data.mkdir()
            server.start()
            running.callback(server.stop)
        large.manage("set_quota", "--all", "UsersPerAccount", str(2 * MANY))
        key = small.account()[1]
        small.client("iam", key).create_user(UserName="Li")
        results = [
            memory(small),
            *against_others(running, small, key),
            sign_ins(small, key),
            *flatness(small, key, large),
            start(small),
        ]
    return tell(
        [
            *results,
            *accounts.results(),
            *sessions.results(),
            *engine.results(),
            *id_tokens.results(),
            *saml.results(),
            *pages.results(),
        ]
    )


def start(server: LiveServer) -> Result:
    """From the command to the first answer, of a server that has been started before."""
    server.stop()
    seconds = server.start()
    return ("start, seconds (below 3)", f"{seconds:.2f}", seconds < 3)


def memory(server: LiveServer) -> Result:
    """Resident memory of the largest worker after its first requests."""
    for _ in range(50):
        server.answers()
    kib = [
        int(line.split()[1])
        for pid in server.workers_of()
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmRSS")
    ]
    most = max(kib) / 1024
    return ("memory of a worker, MiB (below 120)", f"{most:.0f}", most < 120)


def against_others(running: ExitStack, server: LiveServer, key: Key) -> list[Result]:
    moto, hello = running.enter_context(moto_server()), running.enter_context(hello_server())
    moto_user = "Action=CreateUser&Version=2010-05-08&UserName=Li"
    client.run(moto, [client.signed_post(moto, key, "iam", moto_user)], 0.2)
    get_user = "Action=GetUser&Version=2010-05-08&UserName=Li"

    def load(port: int, service: str, body: str) -> Callable[[], float]:
        return partial(rate, port, [client.signed_post(port, key, service, body)])

    return [
        against(
            "GetCallerIdentity against moto_server (4 or more)",
            load(server.port, "sts", WHO),
            load(moto, "sts", WHO),
            goal=4,
        ),
        against(
            "GetUser against moto_server (4 or more)",
            load(server.port, "iam", get_user),
            load(moto, "iam", get_user),
            goal=4,
        ),
        against(
            "GetCallerIdentity against a bare Django hello (aim: 0.33)",
            load(server.port, "sts", WHO),
            partial(rate, hello, [client.get(hello)]),
        ),
    ]


def flatness(small: LiveServer, small_key: Key, large: LiveServer) -> list[Result]:
    """Two calls with 100,000 users against 10, of names from all over the table.

    Answers are counted by second of the workers' processor time: what is looked for is a few per
    cent, less than what other work on the machine takes from one server or the other.
    """
    large_key = large.account()[1]
    calls = []
    for server, key, end in ((large, large_key, MANY), (small, small_key, FEW)):
        server.manage("shell", "--verbosity", "0", "--command", _ADD_USERS.format(first=0, end=end))
        get_user = "Action=GetUser&Version=2010-05-08&UserName=user"
        names = [f"{get_user}{number}" for number in range(0, end, max(end // 500, 1))]
        users = [client.signed_post(server.port, key, "iam", body) for body in names]
        who = [client.signed_post(server.port, key, "sts", WHO)]
        calls.append((partial(thrift, server, who), partial(thrift, server, users)))
    (many_who, many_users), (few_who, few_users) = calls
    return [
        against(
            "GetCallerIdentity, 100,000 users against 10 (0.9 or more)", many_who, few_who, 0.9
        ),
        against("GetUser, 100,000 users against 10 (0.9 or more)", many_users, few_users, 0.9),
    ]


def sign_ins(server: LiveServer, key: Key) -> Result:
    """Console sign-ins a second with real Argon2id: eight people at once."""
    iam = server.client("iam", key)
    account = server.client("sts", key).get_caller_identity()["Account"]
    people = [f"person{number}" for number in range(BROWSERS)]
    for name in people:
        iam.create_user(UserName=name)
        iam.create_login_profile(UserName=name, Password=PASSWORD)
    browsers = [Browser(server, f"/sign-in/{account}", name) for name in people]
    with ThreadPool(BROWSERS) as pool:
        pool.map(Browser.sign_in, browsers)
        began = time.perf_counter()
        pool.map(Browser.sign_in_often, browsers)
        each_second = BROWSERS * SIGN_INS / (time.perf_counter() - began)
    return ("console sign-ins a second (40 or more)", f"{each_second:.0f}", each_second >= 40)


class Browser:
    """A person's browser with the sign-in page open."""

    def __init__(self, server: LiveServer, path: str, name: str) -> None:
        self.port, self.path = server.port, path
        with urllib.request.urlopen(f"{server.url}{path}") as page:
            cookie = page.headers["Set-Cookie"].split(";")[0]
            token = (
                page.read().decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
            )
        form = {"csrfmiddlewaretoken": token, "username": name, "password": PASSWORD}
        self.body = urllib.parse.urlencode(form)
        self.headers = {"Cookie": cookie, "Origin": server.url, "Content-Type": client.FORM}

    def sign_in(self) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST", self.path, self.body, self.headers)
        answer = connection.getresponse()
        if answer.status not in (302, 303):
            raise SystemExit(f"sign-in was answered with {answer.status}: {answer.read()[:500]!r}")
        connection.close()

    def sign_in_often(self) -> None:
        for _ in range(SIGN_INS):
            self.sign_in()


@contextmanager
def hello_server() -> Iterator[int]:
    port = LiveServer(Path()).port
    with process("-m", "tests.benchmarks.hello", str(port), str(WORKERS), port=port):
        yield port


if __name__ == "__main__":
    sys.exit(main())
