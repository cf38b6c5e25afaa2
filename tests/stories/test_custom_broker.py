"""A company's own program opens the console for its people, as AWS documents it, over HTTP."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.conftest import NewAccount
from tests.credentials import Key
from tests.live_server import LiveServer

MANUAL = Path(__file__).parents[2] / "docs" / "custom-broker.md"
PORTAL = "https://portal.example.test/start"


def get(server: LiveServer, address: str, cookie: str = "") -> tuple[int, Any, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port)) as connection:
        connection.request("GET", address, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()


def asked(server: LiveServer, given: Any, **more: Any) -> tuple[int, str]:
    session = {
        "sessionId": given["AccessKeyId"],
        "sessionKey": given["SecretAccessKey"],
        "sessionToken": given["SessionToken"],
    }
    fields = {"Action": "getSigninToken", "Session": json.dumps(session), **more}
    status, _headers, body = get(server, "/federation?" + urlencode(fields))
    return status, body


def login(server: LiveServer, token: str, destination: str = "") -> tuple[int, Any, str]:
    fields = {
        "Action": "login",
        "Issuer": PORTAL,
        "Destination": destination or f"{server.url}/iam/users",
        "SigninToken": token,
    }
    return get(server, "/federation?" + urlencode(fields))


def documented(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The function that the manual tells to copy, with its program run as it stands there."""
    found = re.search(r"```python\n(.*?)```", MANUAL.read_text(), re.DOTALL)
    assert found
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    names: dict[str, Any] = {}
    exec(compile(found.group(1), str(MANUAL), "exec"), names)
    function: Callable[..., str] = names["console_link"]
    return function


def test_from_an_access_key_to_the_console(
    server: LiveServer, new_account: NewAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, root_key = new_account(server)
    iam = server.client("iam", root_key)
    broker, role_arn = _prepared(iam, account)
    sts = server.client("sts", broker)
    credentials = sts.assume_role(RoleArn=role_arn, RoleSessionName="jo")["Credentials"]

    for seconds in (899, 43_201):
        assert asked(server, credentials, SessionDuration=seconds)[0] == 400
    federated = sts.get_federation_token(Name="jo")["Credentials"]
    assert asked(server, federated, SessionDuration=3600)[0] == 400
    assert asked(server, federated)[0] == 200

    status, body = asked(server, credentials, SessionDuration=43_200)
    assert status == 200
    token = json.loads(body)["SigninToken"]
    assert login(server, token, "https://evil.example.test/")[0] == 400
    status, headers, _page = login(server, token)
    assert (status, headers["Location"]) == (302, "/iam/users")
    cookie = _session(headers)
    status, _headers, page = get(server, "/iam/users", cookie)
    assert (status, "support/jo @ " in page) == (200, True)

    status, _headers, page = login(server, token)
    assert (status, f'href="{PORTAL}"' in page) == (400, True)
    assert _times_in(server, json.loads(asked(server, credentials)[1])["SigninToken"]) == 1

    iam.delete_role_policy(RoleName="support", PolicyName="read")
    assert get(server, "/iam/users", cookie)[0] == 403

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", broker.id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", broker.secret)
    link = urlsplit(documented(server, monkeypatch)("dora", role_arn, PORTAL))
    status, headers, _page = get(server, f"{link.path}?{link.query}")
    assert (status, headers["Location"]) == (302, "/home")
    cookie = _session(headers)
    assert "support/dora @ " in get(server, "/home", cookie)[2]
    for secret in (credentials["SecretAccessKey"], credentials["SessionToken"], token):
        assert secret not in server.log.read_text()


def _prepared(iam: Any, account: str) -> tuple[Key, str]:
    """The key of the broker's user, and the role that people get."""
    iam.create_user(UserName="broker")
    _allow(iam.put_user_policy, "assume", "sts:*", UserName="broker")
    trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="support", AssumeRolePolicyDocument=_document(trust))["Role"]
    _allow(iam.put_role_policy, "read", "iam:List*", RoleName="support")
    made = iam.create_access_key(UserName="broker")["AccessKey"]
    return Key(made["AccessKeyId"], made["SecretAccessKey"]), role["Arn"]


def _allow(put: Any, name: str, action: str, **holder: str) -> None:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    put(PolicyName=name, PolicyDocument=_document(statement), **holder)


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _session(headers: Any) -> str:
    kept = [one.partition(";")[0] for one in headers.get_all("Set-Cookie")]
    return "; ".join(one for one in kept if not one.endswith(('=""', "=")))


def _times_in(server: LiveServer, token: str) -> int:
    """How many of four browsers that come at once with the same token get in."""
    statuses: list[int] = []
    start = threading.Barrier(4)

    def come() -> None:
        start.wait()
        statuses.append(login(server, token)[0])

    browsers = [threading.Thread(target=come) for _ in range(4)]
    for browser in browsers:
        browser.start()
    for browser in browsers:
        browser.join()
    assert set(statuses) == {302, 400}
    return statuses.count(302)
