"""The SDK endpoint under odd and hostile requests: always an AWS error, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from django.test import Client

from identity.models import AccessKey, User
from tests.factories import Key, make_key

URL = "http://testserver/"
FORM = "application/x-www-form-urlencoded"


def post(body: str | bytes, key: Key | None = None, **headers: str) -> Any:
    """POST a body as it is, signed with the key when one is given."""
    data = body.encode() if isinstance(body, str) else body
    sent = {"Content-Type": FORM, "Host": "testserver", **headers}
    request = AWSRequest("POST", URL, data=data, headers=sent)
    if key:
        SigV4Auth(Credentials(key.id, key.secret, key.token), "iam", "us-east-1").add_auth(request)
    carried = dict(request.headers.items())
    content_type = carried.pop("Content-Type")
    return Client(headers=carried).post("/", data=data, content_type=content_type)


def get(query: str, key: Key, service: str = "sts") -> Any:
    """GET with the signature in the query, as presigned URLs have it."""
    request = AWSRequest("GET", URL + query, headers={"Host": "testserver"})
    SigV4QueryAuth(Credentials(key.id, key.secret), service, "us-east-1", expires=60).add_auth(
        request
    )
    return Client(headers={"Host": "testserver"}).get(
        str(request.url).removeprefix("http://testserver")
    )


def code(answer: Any) -> str:
    """The code in an error answer; parsing proves that it is well-formed XML."""
    tree = ElementTree.fromstring(answer.content)
    assert answer["Content-Type"] == "text/xml"
    return tree.findtext(".//{*}Code") or ""


@pytest.fixture
def anas(ana: User) -> Key:
    return make_key(ana)


def test_an_unsigned_call_misses_its_token(db: None) -> None:
    answer = post("Action=ListUsers&Version=2010-05-08")
    assert (answer.status_code, code(answer)) == (403, "MissingAuthenticationToken")


def test_an_unknown_action_cannot_be_found(anas: Key) -> None:
    answer = post("Action=Dance&Version=2010-05-08", anas)
    assert (answer.status_code, code(answer)) == (400, "InvalidAction")
    assert b"Could not find operation Dance for version 2010-05-08" in answer.content
    assert b"http://webservices.amazon.com/AWSFault/2005-15-09" in answer.content


def test_no_action_is_a_missing_action(anas: Key) -> None:
    assert code(post("Version=2010-05-08", anas)) == "MissingAction"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Action=GetUser&Version=2010-05-08&Action=DeleteUser", "MalformedQueryString"),
        ("Action=GetUser&Version=2010-05-08&UserName=a&UserName=b", "MalformedQueryString"),
        ("Action=GetUser&Version=2010-05-08&UserName=%ff%fe", "MalformedQueryString"),
        ("Action=GetUser&Version=2010-05-08&UserName=%zz", "MalformedQueryString"),
        ("Action=GetUser&Version=2010-05-08&Colour=red", "ValidationError"),
        ("Action=ListUsers&Version=2010-05-08&MaxItems=many", "MalformedInput"),
        ("Action=ListUsers&Version=2010-05-08&MaxItems=0", "ValidationError"),
        ("Action=CreateUser&Version=2010-05-08&UserName=%E2%80%AEli", "ValidationError"),
        ("Action=CreateUser&Version=2010-05-08&UserName=", "ValidationError"),
    ],
)
def test_a_body_that_cannot_be_meant_is_refused_by_name(
    anas: Key, body: str, expected: str
) -> None:
    before = User.objects.count()
    answer = post(body, anas)
    assert (answer.status_code, code(answer)) == (400, expected)
    assert User.objects.count() == before


def test_a_parameter_in_query_and_body_is_refused(anas: Key) -> None:
    request = AWSRequest(
        "POST",
        URL + "?UserName=ben",
        data=b"Action=GetUser&Version=2010-05-08&UserName=ana",
        headers={"Content-Type": FORM, "Host": "testserver"},
    )
    SigV4Auth(Credentials(anas.id, anas.secret), "iam", "us-east-1").add_auth(request)
    headers = dict(request.headers.items())
    headers.pop("Content-Type")
    answer = Client(headers=headers).generic(
        "POST", "/?UserName=ben", request.data, content_type=FORM
    )
    assert code(answer) == "MalformedQueryString"


def test_a_body_over_one_mebibyte_is_not_even_read(anas: Key) -> None:
    answer = post(b"Action=GetUser&Padding=" + b"x" * 1024 * 1024, anas)
    assert (answer.status_code, code(answer)) == (413, "RequestEntityTooLarge")


def test_a_chunked_body_needs_a_length(db: None) -> None:
    answer = Client(headers={"Transfer-Encoding": "chunked"}).post("/", b"", content_type=FORM)
    assert (answer.status_code, code(answer)) == (411, "MissingContentLength")


def test_another_content_type_is_refused(anas: Key) -> None:
    answer = post(b'{"Action": "GetUser"}', anas, **{"Content-Type": "application/json"})
    assert answer.status_code in (400, 415)
    assert code(answer) in ("UnsupportedMediaType", "MissingAction")


def test_a_presigned_url_tells_who_the_caller_is(ana: User, anas: Key) -> None:
    answer = get("?Action=GetCallerIdentity&Version=2011-06-15", anas)
    assert answer.status_code == 200
    assert ana.arn.encode() in answer.content


def test_cookies_say_nothing_to_the_endpoint(ana: User) -> None:
    client = Client()
    client.force_login(ana, backend="identity.backends.ByKey")
    answer = client.post("/", "Action=GetUser&Version=2010-05-08", content_type=FORM)
    assert code(answer) == "MissingAuthenticationToken"
    assert not answer.cookies


def test_an_answer_is_never_stored_and_never_sniffed(anas: Key) -> None:
    answer = post("Action=GetUser&Version=2010-05-08", anas)
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["x-amzn-RequestId"].encode() in answer.content


def test_control_characters_do_not_break_the_answer(anas: Key) -> None:
    answer = post("Action=%01%3C%26&Version=2010-05-08", anas)
    assert code(answer) == "InvalidAction"


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_only_get_and_post_are_answered(db: None, method: str) -> None:
    answer = getattr(Client(headers={"Authorization": "AWS4-HMAC-SHA256 x=y"}), method)("/")
    assert (answer.status_code, code(answer)) == (405, "MethodNotAllowed")


def test_a_key_says_when_and_where_it_was_last_used(ana: User, iam: Callable[[User], Any]) -> None:
    client = iam(ana)
    client.get_user()
    (row,) = AccessKey.objects.filter(user=ana)
    assert (row.last_used_service, row.last_used_region) == ("iam", "us-east-1")
    assert row.last_used_at is not None


def test_a_denied_caller_is_told_in_awss_sentence(ben: User, iam: Callable[[User], Any]) -> None:
    with pytest.raises(ClientError) as refusal:
        iam(ben).list_users()
    error = refusal.value.response["Error"]
    assert error["Code"] == "AccessDenied"
    assert error["Message"] == (
        f"User: {ben.arn} is not authorized to perform: iam:ListUsers on resource: "
        f"arn:aws:iam::{ben.account_id}:user/ because no identity-based policy allows "
        "the iam:ListUsers action"
    )
