"""What is looked at when an outside identity comes in, one check after the other, SAML or OIDC.

Every check leaves a line in the log, so that whoever set the provider up can see how far it came
and what to change; the first that fails refuses.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import NoReturn


class Reason(enum.Enum):
    """Why something was refused; the value says it in words, for the sign-in log."""

    SIZE = "too large"
    ENCODING = "not readable text"
    XML = "not well-formed, or with what is not allowed in it"
    SCHEMA = "not built as the standard demands"
    COMMENT = "a comment where only text may stand"
    SIG_MISSING = "not signed"
    SIG_SHAPE = "a signature of a form that is not accepted"
    SIG_ALGORITHM = "an algorithm that is not accepted"
    SIG_VALUE = "the signature does not fit"
    ENC = "cannot be decrypted, or must be encrypted"
    VERSION = "another version of the standard"
    ISSUER = "not issued by this provider"
    STATUS = "the provider itself reports a failure"
    DEST = "sent to another address"
    TIME = "not yet valid, or no longer"
    AUDIENCE = "meant for somebody else"
    SUBJECT_CONFIRMATION = "the bearer is not confirmed"
    IRT = "not the answer to a request of this browser"
    AUTHN = "nothing is said of how the person signed in"
    NAMEID = "no subject, or one without format"
    ATTR = "an attribute is missing or wrong"
    REPLAY = "used before"
    ROLE = "no role that can be assumed"
    TOKEN = "not a token of the form that is accepted"  # no password
    HEADER = "the header of the token asks for what is not accepted"
    KEY = "no key of the provider fits"
    CLAIM = "a claim is missing or wrong"
    EXPIRED = "the token is no longer valid"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the log: what was looked at, what should be and what was there.

    `remedy` says what to change where, and is empty for what passed.
    """

    name: str
    passed: bool
    expected: str = ""
    found: str = ""
    remedy: str = ""


class Refused(Exception):  # noqa: N818  # the name of the thing
    """A check failed: `reason` for programs, `check` for people.

    One that is `hidden` is told outside like every other failure to decrypt.
    """

    def __init__(self, reason: Reason, check: Check, *, hidden: bool = False) -> None:
        super().__init__(f"{reason.name}: {check.name}")
        self.reason, self.check, self.hidden = reason, check, hidden


@dataclass
class Log:
    """The checks so far, in their order.

    `decrypted` is true while what is looked at was decrypted and nobody vouches for it yet: whoever
    changes ciphertext and learns which check fails, reads it in the end.
    """

    checks: list[Check] = field(default_factory=list)
    decrypted: bool = False

    def ok(self, name: str, expected: str = "", found: str = "") -> None:
        self.checks.append(Check(name, True, expected, found))

    def failed(self, name: str, expected: str, found: str, remedy: str = "") -> None:
        """Write a failed check down, where something else is raised for it."""
        self.checks.append(Check(name, False, expected, found, remedy))

    def refuse(
        self, reason: Reason, name: str, expected: str = "", found: str = "", remedy: str = ""
    ) -> NoReturn:
        """Write the failed check down. Raises Refused."""
        check = Check(name, False, expected, found, remedy)
        self.checks.append(check)
        raise Refused(reason, check, hidden=self.decrypted)
