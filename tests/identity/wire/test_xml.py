"""AWS Query out: namespaces, elements, values, and XML that is well-formed whatever is in it."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from botocore.parsers import QueryParser
from hypothesis import given
from hypothesis import strategies as st

from identity.errors import AwsError, NoSuchEntity, ServiceUnavailable
from identity.wire import spec, xml

IAM = "https://iam.amazonaws.com/doc/2010-05-08/"
STS = "https://sts.amazonaws.com/doc/2011-06-15/"
FAULT = "http://webservices.amazon.com/AWSFault/2005-15-09"
SHAPE = spec.model("iam").shape_for("GetUserResponse")
ID = "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE"


def test_an_answer_is_wrapped_as_the_service_wraps_it() -> None:
    result = {"UserId": "AIDA", "Account": "123456789012", "Arn": "arn:aws:iam::1:user/a"}
    body = xml.response(spec.operation("sts", "GetCallerIdentity"), result, ID)
    assert body.decode() == (
        f'<GetCallerIdentityResponse xmlns="{STS}"><GetCallerIdentityResult>'
        "<UserId>AIDA</UserId><Account>123456789012</Account><Arn>arn:aws:iam::1:user/a</Arn>"
        "</GetCallerIdentityResult><ResponseMetadata>"
        f"<RequestId>{ID}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    )


def test_an_action_without_output_has_no_result_element() -> None:
    body = xml.response(spec.operation("iam", "DeleteUser"), {}, ID)
    assert body.decode() == (
        f'<DeleteUserResponse xmlns="{IAM}"><ResponseMetadata><RequestId>{ID}</RequestId>'
        "</ResponseMetadata></DeleteUserResponse>"
    )


def test_an_action_whose_output_is_empty_has_an_empty_result_element() -> None:
    body = xml.response(spec.operation("iam", "UpdateRole"), {}, ID)
    assert b"<UpdateRoleResult></UpdateRoleResult>" in body


def test_lists_maps_times_and_booleans_are_written_as_the_protocol_says() -> None:
    user = {"UserName": "ana", "CreateDate": datetime(2026, 9, 11, 10, 9, 2, 5, tzinfo=UTC)}
    listed = xml.response(
        spec.operation("iam", "ListUsers"), {"Users": [user], "IsTruncated": False}, ID
    )
    assert (
        b"<Users><member><UserName>ana</UserName><CreateDate>2026-09-11T10:09:02Z</CreateDate>"
        b"</member></Users><IsTruncated>false</IsTruncated>"
    ) in listed
    summary = xml.response(
        spec.operation("iam", "GetAccountSummary"), {"SummaryMap": {"Users": 1}}, ID
    )
    assert b"<SummaryMap><entry><key>Users</key><value>1</value></entry></SummaryMap>" in summary


def test_bytes_are_written_in_base64() -> None:
    body = xml.response(spec.operation("iam", "GetCredentialReport"), {"Content": b"a,b"}, ID)
    assert b"<Content>YSxi</Content>" in body


def test_a_member_without_a_value_is_left_out_and_an_empty_one_is_not() -> None:
    result = {"Users": [], "IsTruncated": True, "Marker": None}
    body = xml.response(spec.operation("iam", "ListUsers"), result, ID)
    assert b"<Users></Users><IsTruncated>true</IsTruncated></ListUsersResult>" in body


def test_a_member_that_the_model_lacks_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        xml.response(spec.operation("iam", "GetUser"), {"Usr": {}}, ID)
    with pytest.raises(KeyError):
        xml.response(spec.operation("iam", "DeleteUser"), {"User": {}}, ID)


@pytest.mark.parametrize(
    ("problem", "fault"), [(NoSuchEntity("Gone."), "Sender"), (ServiceUnavailable(), "Receiver")]
)
def test_a_refusal_says_whose_fault_it_is(problem: AwsError, fault: str) -> None:
    body = xml.error(problem.code, problem.message, problem.sender, ID, IAM)
    assert body.decode() == (
        f'<ErrorResponse xmlns="{IAM}"><Error><Type>{fault}</Type><Code>{problem.code}</Code>'
        f"<Message>{problem.message}</Message></Error><RequestId>{ID}</RequestId></ErrorResponse>"
    )


def test_an_sdk_reads_a_refusal() -> None:
    body = xml.error("InvalidAction", "Could not find operation <b>", True, ID, FAULT)
    parsed = QueryParser().parse({"body": body, "headers": {}, "status_code": 400}, SHAPE)
    assert parsed["Error"] == {
        "Type": "Sender",
        "Code": "InvalidAction",
        "Message": "Could not find operation <b>",
    }
    assert parsed["ResponseMetadata"]["RequestId"] == ID


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<script>alert('&')</script>", "<script>alert('&')</script>"),
        ("]]>", "]]>"),
        ("<!--", "<!--"),
        ("&amp;", "&amp;"),
        ('"', '"'),
        ("a\r\nb\rc\td", "a\r\nb\rc\td"),
        ("\x00\x01\x08\x0b\x0c\x1f", "\ufffd" * 6),
        ("\ufffe\uffff", "\ufffd\ufffd"),
        ("\ud800x\udfff", "\ufffdx\ufffd"),
        ("\x7f\x85\u2028\U0010ffff", "\x7f\x85\u2028\U0010ffff"),
        ("  spaces  ", "  spaces  "),
        ("e\u0301 \u202e", "e\u0301 \u202e"),
    ],
)
def test_any_text_arrives_as_it_was_or_with_replacements(text: str, read: str) -> None:
    body = xml.error("ValidationError", text, True, ID, IAM)
    assert ElementTree.fromstring(body).findtext(".//{*}Message") == read


@given(st.text(st.characters()), st.text(st.characters()), st.text(st.characters()))
def test_every_text_makes_well_formed_xml(code: str, message: str, request_id: str) -> None:
    error = ElementTree.fromstring(xml.error(code, message, True, request_id, IAM))
    assert len(error.findtext(".//{*}Message") or "") == len(message)
    answer = xml.response(spec.operation("iam", "GetUser"), {"User": {"Path": message}}, request_id)
    assert len(ElementTree.fromstring(answer).findtext(".//{*}Path") or "") == len(message)
