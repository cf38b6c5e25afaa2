"""Twenty-four answers that a widely used mock of AWS gets wrong, and where each is proven.

====== =============================================== =============================================
Number What AWS does                                   Proven by
====== =============================================== =============================================
1-13   Deny with NotResource, unmet conditions, names  `data/decisions/peers.md`
       of actions, boundaries, the own user
14     refuses an inactive key                         here, `test_authentication.py`, `sdk/`
15     refuses AssumeRole of a missing role            `data/decisions/peers.md`, and here
16     lets a session policy deny                      `data/decisions/peers.md`
17     refuses an expired session                      here, `test_authentication.py`, `test_sts.py`
18     refuses a DurationSeconds out of range          here, `operations/test_sts.py`
19     gives credentials that are unique               here, `operations/test_sts.py`
20-21  refuses forged tokens and assertions            here
22-24  reads every statement of a trust policy         `data/decisions/peers.md`
====== =============================================== =============================================
"""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from identity.models import TemporarySession, User
from tests.factories import Key, make_key
from tests.identity.policy.tables import rows
from tests.refusals import refused
from tests.sdk_in_process import sdk

BY_POLICIES = {*range(1, 14), 15, 16, 22, 23, 24}
UNSIGNED_XML = base64.b64encode(b"<samlp:Response><saml:Assertion/></samlp:Response>").decode()


def test_the_table_has_every_answer_that_policies_can_give() -> None:
    found = [row.cells["why"].partition(":")[0] for row in rows("decision") if row.file == "peers"]
    assert set(map(int, found)) == BY_POLICIES


def test_14_an_inactive_key_opens_nothing(ana: User) -> None:
    with refused("InvalidClientTokenId", status=403):
        sdk("iam", make_key(ana, active=False)).list_users()


def test_15_a_role_that_does_not_exist_gives_no_credentials(ana: User, sts: Any) -> None:
    role = f"arn:aws:iam::{ana.account_id}:role/missing"
    gives_nothing(lambda: sts(ana).assume_role(RoleArn=role, RoleSessionName="ana"))


def test_17_a_session_that_ended_five_hours_ago_is_told_so(ben: User, sts: Any) -> None:
    key = key_of(sts(ben).get_session_token()["Credentials"])
    ended = datetime.now(UTC) - timedelta(hours=5)
    TemporarySession.objects.update(expires_at=ended)
    with refused("ExpiredToken", status=403):
        sdk("sts", key).get_caller_identity()


def test_18_no_session_lasts_for_eleven_days(ben: User, sts: Any) -> None:
    with refused("ValidationError", status=400):
        sts(ben).get_session_token(DurationSeconds=999_999)
    role = f"arn:aws:iam::{ben.account_id}:role/any"
    gives_nothing(
        lambda: sts(ben).assume_role(RoleArn=role, RoleSessionName="ben", DurationSeconds=999_999)
    )


def test_19_no_two_sessions_have_the_same_credentials(ben: User, sts: Any) -> None:
    one, other = (sts(ben).get_session_token()["Credentials"] for _ in range(2))
    for member in ("AccessKeyId", "SecretAccessKey", "SessionToken"):
        assert one[member] != other[member]
    assert all(re.fullmatch("ASIA[A-Z2-7]{16}", given["AccessKeyId"]) for given in (one, other))
    for given in (one, other):
        assert sdk("sts", key_of(given)).get_caller_identity()["Arn"] == ben.arn


@pytest.mark.parametrize("token", ["garbage", "e30.e30.", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."])
def test_20_a_forged_token_gives_no_credentials(ana: User, token: str, sts: Any) -> None:
    role = f"arn:aws:iam::{ana.account_id}:role/any"
    asked = {"RoleArn": role, "RoleSessionName": "ana", "WebIdentityToken": token}
    gives_nothing(lambda: sts(ana).assume_role_with_web_identity(**asked))


@pytest.mark.parametrize("assertion", ["garbage", UNSIGNED_XML])
def test_21_an_unsigned_assertion_gives_no_credentials(ana: User, assertion: str, sts: Any) -> None:
    account = f"arn:aws:iam::{ana.account_id}"
    asked = {"RoleArn": f"{account}:role/any", "PrincipalArn": f"{account}:saml-provider/none"}
    gives_nothing(lambda: sts(ana).assume_role_with_saml(SAMLAssertion=assertion, **asked))


def key_of(credentials: dict[str, Any]) -> Key:
    return Key(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
    )


def gives_nothing(call: Any) -> None:
    """The call is the client's fault, and no session began."""
    with pytest.raises(ClientError) as caught:
        call()
    assert 400 <= caught.value.response["ResponseMetadata"]["HTTPStatusCode"] < 500
    assert "Credentials" not in caught.value.response
    assert not TemporarySession.objects.exists()
