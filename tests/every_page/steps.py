"""Pages that only a step before leads to: wizards, what is shown once, and signing in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from identity import recovery
from identity.models import Account, User
from tests.console.conftest import sign_in
from tests.console.pages import submit
from tests.console.test_security_credentials import with_mfa
from tests.console.test_setup import ANSWERS
from tests.entrance import give_device, send_password, send_root_password
from tests.every_page.walk import Shown, kept, look
from tests.factories import PASSWORD, make_group, make_login_profile, make_user
from tests.federation.documents import metadata

STATE = "step"
_USER = {"name": "dana", "path": "/", "access": "password", "password_kind": "generated"}


class Wizard:
    """A browser that goes on from page to page, and what it was shown on the way."""

    def __init__(self, browser: Client) -> None:
        self.browser = browser
        self.seen: list[Shown] = []

    def open(self, address: str) -> str:
        shown = look(self.browser, STATE, address)
        assert shown is not None, address
        assert shown.status == 200, (address, shown.status)
        self.seen.append(shown)
        return address

    def send(self, address: str, **fields: str | list[str] | SimpleUploadedFile) -> str:
        """Fill in the form there; the page that it leads to is seen, too."""
        answer = submit(self.browser, address, **fields)
        assert answer.status_code in (302, 303), (address, answer.status_code)
        return self.open(str(answer.headers["Location"]))

    def refused(self, address: str, **fields: str) -> None:
        shown = kept(submit(self.browser, address, **fields), STATE, address)
        assert shown is not None, address
        assert shown.status == 422, address
        self.seen.append(shown)


def wizards(account: Account, ana: User) -> list[Shown]:
    """Of ana, in an account with a row of each kind."""
    make_login_profile(ana)
    wizard = Wizard(sign_in(ana))
    _of_people(wizard, account)
    _of_objects(wizard, account)
    _of_oneself(wizard, ana)
    return wizard.seen


def _of_people(wizard: Wizard, account: Account) -> None:
    step = wizard.send("/iam/create-user", **_USER)
    wizard.open("/iam/create-user")  # it offers to continue
    wizard.send(step, grant="nothing")
    ids = [make_user(account, name).unique_id for name in ("eve", "finn")]
    for action in ("delete", "groups"):
        answer = wizard.browser.post("/iam/change-users", {"action": action, "user": ids})
        page = wizard.open(str(answer.headers["Location"]))
        if action == "delete":
            wizard.send(page, confirm="2 users")
    wizard.send("/iam/users/li/password", password_kind="generated")
    wizard.send("/iam/users/li/keys/create")
    service = {"service": "codecommit.amazonaws.com"}
    wizard.send("/iam/users/li/credentials/service-credentials/add", **service)


def _of_objects(wizard: Wizard, account: Account) -> None:
    step = wizard.send("/iam/create-role", name="ops", trusted="this", path="/")
    wizard.send(step, duration="3600")
    wizard.send("/iam/create-group", name="dev", filter="users")
    ids = [make_group(account, name).unique_id for name in ("qa", "web")]
    answer = wizard.browser.post("/iam/delete-groups", {"group": ids})
    wizard.send(wizard.open(str(answer.headers["Location"])), confirm="2 groups")
    wizard.send("/iam/add-provider", name="Other", document=metadata(), act="add")
    for tab in ("", "/metadata", "/test"):
        wizard.open(f"/iam/providers/saml/Other{tab}")
    given = SimpleUploadedFile("users.csv", b"user\nmallory\n")
    wizard.send("/iam/import", file=given, move="on")


def _of_oneself(wizard: Wizard, ana: User) -> None:
    wizard.send("/me/keys/create")
    give_device(ana)
    with_mfa(wizard.browser)
    wizard.send("/me/mfa/recovery-codes", password=PASSWORD)
    wizard.open("/reauthenticate?next=/me")


def signing_in(account: Account) -> list[Shown]:
    """The pages of who is not signed in yet, or not any more."""
    user = make_login_profile(make_user(account, "dana"))
    wizard = Wizard(Client())
    for address in ("/sign-in", "/sign-in/example", "/sign-in/root", "/sign-in/root/forgot"):
        wizard.open(address)
    for address in ("/help/forgot-password", "/session-expired", "/signed-out"):
        wizard.open(address)
    wizard.send("/sign-in/root", email="root@example.test")
    wizard.refused("/sign-in/root/password", email="root@example.test", password="no")
    wizard.refused("/sign-in/example", username="dana", password="no")
    return [*wizard.seen, *_with_mfa(user), *_with_a_new_password(account)]


def _with_mfa(user: User) -> list[Shown]:
    give_device(user, "Old phone")
    give_device(user, "New phone")
    recovery.make(user)
    wizard = Wizard(Client())
    send_password(wizard.browser, user.name)
    for page in ("", "/app", "/resync", "/recovery", "/lost"):
        wizard.open(f"/sign-in/mfa{page}")
    wizard.refused("/sign-in/mfa/app", code="000000")
    return wizard.seen


def _with_a_new_password(account: Account) -> list[Shown]:
    wizard = Wizard(Client())
    for name, allowed in (("finn", None), ("eli", ["iam:ChangePassword"])):
        make_login_profile(make_user(account, name, allow=allowed), reset=True)
        send_password(wizard.browser, name)
        wizard.open("/sign-in/password")
    wizard.refused("/sign-in/password", new_password="short", again="other")
    wizard.browser = Client()
    send_root_password(wizard.browser, "root@example.test")
    wizard.open("/sign-out")
    return wizard.seen


def setting_up(data: Path) -> Iterator[Shown]:
    """The first run, where there is no account yet."""
    with override_settings(DATA_DIR=data):
        wizard = Wizard(Client(headers={"host": "127.0.0.1"}))
        wizard.open("/setup")
        wizard.open("/setup/account")
        wizard.refused("/setup/account", name="", alias="a b")
        wizard.send("/setup/account", **ANSWERS)
        yield from wizard.seen
