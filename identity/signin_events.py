"""What is recorded of a sign-in: ConsoleLogin and CheckMfa as CloudTrail has them.

A success is saved in the transaction of what it records; a failure is journalled before the answer.
"""

from __future__ import annotations

import logging
from typing import Any

from identity import audit, journal, outbox
from identity.callers import Caller
from identity.calls import Call
from identity.facts import Facts
from identity.models import Account, User
from identity.wire import spec

logger = logging.getLogger(__name__)

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
RECOVERY_CODE = "recovery code"
SECURITY_KEY = "security key"


def password_refused(account: Account | None, user: User | None, facts: Facts) -> None:
    """A wrong password, or a name that is nobody's: what was typed for it is not recorded.

    Without an account there is no audit log that could hold it: a line in ours must do. The event
    is made all the same, and dropped later: the time must not tell.
    """
    if account is None:
        logger.warning("sign-in to no account from `%s`, %s", facts.source_ip, facts.request_id)
        account = Account(pk="")
    if user is None:
        identity = {"type": "IAMUser", "accountId": account.pk, "userName": HIDDEN}
        error = "No username found in supplied account"
    else:
        identity, error = audit.identity_of(Caller(user)), "Failed authentication"
    _journal_login_failure(account, facts, identity, {"MFAUsed": "No"}, error)


def code_refused(user: User, facts: Facts, mfa_by: str) -> None:
    """A wrong MFA or recovery code after the right password; `mfa_by` is the serial number."""
    identity = audit.identity_of(Caller(user))
    used = {"MFAUsed": "Yes", "MFAIdentifier": mfa_by}
    _journal_login_failure(user.account, facts, identity, used, "Failed authentication")


def code_accepted(user: User, facts: Facts, mfa_by: str) -> None:
    kind = "U2F MFA" if ":u2f/" in mfa_by else "Virtual MFA"
    kind = "Recovery code" if mfa_by == RECOVERY_CODE else kind
    _save(user, facts, "CheckMfa", {"CheckMfa": "Success"}, {"MfaType": kind})


def signed_in(caller: Caller, facts: Facts, mfa_by: str, login_to: str) -> None:
    """`mfa_by` is empty without MFA, `login_to` the address that the browser goes on to."""
    used = {"MFAUsed": "Yes", "MFAIdentifier": mfa_by} if mfa_by else {"MFAUsed": "No"}
    more = {"LoginTo": login_to, "MobileVersion": "No", **used}
    _save(caller.user, facts, "ConsoleLogin", {"ConsoleLogin": "Success"}, more)


def password_changed(caller: Caller, facts: Facts) -> None:
    """The forced change is the same act as ChangePassword, and is found under the same name."""
    hidden = {"OldPassword": "", "NewPassword": ""}
    call = Call(caller, "iam", "ChangePassword", hidden, facts)
    audit.changed(call, spec.operation("iam", "ChangePassword"), {})


def _save(
    user: User, facts: Facts, name: str, response: dict[str, str], more: dict[str, str] | None
) -> None:
    identity = audit.identity_of(Caller(user))
    event = audit.signin_event(
        user.account, facts, name, identity=identity, response=response, more=more
    )
    outbox.add(event)


def _journal_login_failure(
    account: Account, facts: Facts, identity: dict[str, Any], used: dict[str, str], error: str
) -> None:
    event = audit.signin_event(
        account,
        facts,
        "ConsoleLogin",
        identity=identity,
        response={"ConsoleLogin": "Failure"},
        more={"MobileVersion": "No", **used},
        error=error,
    )
    journal.append(event)
