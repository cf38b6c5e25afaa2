"""Two requests at the same moment: exactly one wins, the other gets the documented error."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from identity import enrolment, mfa, quotas, recovery, root_recovery, throttle
from identity.callers import Caller, Session
from identity.facts import Facts
from identity.gateway import Client as Sdk
from identity.models import (
    Account,
    PreviousPassword,
    RootRecovery,
    ServerCertificate,
    ServiceSpecificCredential,
    SSHPublicKey,
    User,
    VirtualMfaDevice,
)
from tests.authenticator import Authenticator
from tests.certificates import make_certificate, rsa_key, ssh_line
from tests.console.pages import hidden
from tests.console.test_setup import ANSWERS
from tests.databases.racing import THREADS, iam, race
from tests.entrance import WRONG, send_password
from tests.events import logged
from tests.factories import PASSWORD, make_key, make_login_profile, make_user

SCHEDULE = throttle._PRINCIPAL


@pytest.fixture(autouse=True)
def no_throttling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Throttling would refuse all but one of the racers by itself: it has a race of its own."""
    monkeypatch.setattr(throttle, "_PRINCIPAL", ((10**6, 1),))


def test_one_of_many_makes_a_user_of_a_name(ana: User, account: Account) -> None:
    names = ["li", "Li", "LI", "lI"]
    outcome = race(lambda number: iam(ana).create_user(UserName=names[number % 4]))
    assert outcome == {"won": 1, "EntityAlreadyExists": THREADS - 1}
    account.refresh_from_db()
    assert account.user_count == account.iam_users.count() == 2


def test_one_of_many_makes_the_second_access_key(ana: User) -> None:
    make_key(ana)
    outcome = race(lambda _: iam(ana).create_access_key(UserName="ana"))
    assert outcome == {"won": 1, "LimitExceeded": THREADS - 1}
    assert ana.access_keys.count() == 2


def test_one_of_many_uploads_the_fifth_ssh_key(ana: User) -> None:
    lines = [ssh_line(rsa_key(number=number)) for number in range(2)]
    for number in range(3):
        SSHPublicKey.objects.create(id=f"APKA{number}", user=ana, body=f"ssh-rsa {number}")
    outcome = race(
        lambda number: iam(ana).upload_ssh_public_key(
            UserName="ana", SSHPublicKeyBody=lines[number % 2]
        )
    )
    assert outcome == {"won": 2, "DuplicateSSHPublicKey": THREADS - 2}
    assert ana.ssh_public_keys.count() == 5


def test_one_of_many_users_gets_a_signing_certificate(ana: User) -> None:
    names = [make_user(ana.account, f"user{number}").name for number in range(THREADS)]
    pem = make_certificate().pem
    outcome = race(
        lambda number: iam(ana).upload_signing_certificate(
            UserName=names[number], CertificateBody=pem
        )
    )
    assert outcome == {"won": 1, "DuplicateCertificate": THREADS - 1}


def test_two_of_many_upload_a_signing_certificate(ana: User) -> None:
    pems = [make_certificate().pem for _ in range(THREADS)]
    outcome = race(lambda number: iam(ana).upload_signing_certificate(CertificateBody=pems[number]))
    assert outcome == {"won": 2, "LimitExceeded": THREADS - 2}


def test_one_of_many_uploads_the_twentieth_server_certificate(ana: User) -> None:
    pair = make_certificate()
    ana.account.count(server_certificate_count=19)
    outcome = race(
        lambda number: iam(ana).upload_server_certificate(
            ServerCertificateName=f"web{number}", CertificateBody=pair.pem, PrivateKey=pair.key_pem
        )
    )
    assert outcome == {"won": 1, "LimitExceeded": THREADS - 1}
    assert ServerCertificate.objects.filter(account=ana.account).count() == 1


def test_two_of_many_make_credentials_for_a_service_under_names_of_their_own(ana: User) -> None:
    """The user `li+1` has the first name that the second credential of `li` would get."""
    names = ["li", "li+1"]
    for name in names:
        make_user(ana.account, name)
    outcome = race(
        lambda number: iam(ana).create_service_specific_credential(
            UserName=names[number % 2], ServiceName="codecommit.amazonaws.com"
        )
    )
    assert outcome == {"won": 4, "LimitExceeded": THREADS - 4}
    assert len(set(ServiceSpecificCredential.objects.values_list("login", flat=True))) == 4


def test_one_of_many_accounts_gets_an_alias(ana: User) -> None:
    others = [
        make_user(
            make_other(number), "boss", allow=[{"Effect": "Allow", "Action": "*", "Resource": "*"}]
        )
        for number in range(THREADS)
    ]
    outcome = race(lambda number: iam(others[number]).create_account_alias(AccountAlias="wanted"))
    assert outcome == {"won": 1, "EntityAlreadyExists": THREADS - 1}
    assert Account.objects.filter(alias="wanted").count() == 1


def make_other(number: int) -> Account:
    root = User(is_root=True, email=f"other{number}@example.test")
    account = Account.objects.create(name="Other")
    root.account, root.unique_id = account, account.pk
    root.save()
    return account


def test_one_of_many_changes_the_password_that_all_know(ana: User) -> None:
    make_login_profile(ana)
    outcome = race(
        lambda number: iam(ana).change_password(
            OldPassword=PASSWORD, NewPassword=f"Another-horse-{number}"
        ),
        4,
    )
    assert outcome["won"] == 1
    assert set(outcome) <= {"won", "EntityTemporarilyUnmodifiable", "AccessDenied"}


def test_the_password_history_holds_every_password_once(ana: User) -> None:
    make_login_profile(ana)
    iam(ana).update_account_password_policy(PasswordReusePrevention=24)
    outcome = race(
        lambda _: iam(ana).change_password(OldPassword=PASSWORD, NewPassword="Another-horse-8"), 4
    )
    assert outcome["won"] == 1
    assert PreviousPassword.objects.filter(user=ana).count() <= 2


@pytest.fixture
def phone(ana: User) -> Authenticator:
    """An authenticator app that ana has enabled."""
    made = iam(ana).create_virtual_mfa_device(VirtualMFADeviceName="ana")["VirtualMFADevice"]
    device = VirtualMfaDevice.objects.get(serial_number=made["SerialNumber"])
    app = Authenticator(made["SerialNumber"], mfa.seed_of(device))
    iam(ana).enable_mfa_device(UserName="ana", SerialNumber=app.serial_number, **app.pair(-1))
    return app


def test_one_of_many_uses_a_code_of_a_device(ana: User, phone: Authenticator) -> None:
    code = phone.code()

    def sign_in(_: int) -> bool:
        device = VirtualMfaDevice.objects.get(serial_number=phone.serial_number)
        return mfa.accept(device, code, timezone.now())

    assert race(sign_in) == {"won": 1, "lost": THREADS - 1}


def test_one_of_many_uses_a_recovery_code(ana: User) -> None:
    code = recovery.make(ana)[0]
    assert race(lambda _: recovery.use(ana, code, timezone.now()), 4) == {"won": 1, "lost": 3}


def test_no_parallel_guess_escapes_the_count(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "_PRINCIPAL", ((3, 3600),))
    outcome = race(lambda _: throttle.attempt("password", ana.unique_id, "192.0.2.1"), 16)
    assert outcome == {"won": 3, "Throttling": 13}


def test_adding_a_device_and_taking_one_away_wait_for_each_other_in_one_order(
    ana: User, phone: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both lock the user and count in the account's row; crossed, PostgreSQL would end one."""
    take = quotas.take

    def take_and_wait(*given: Any, **more: Any) -> None:
        take(*given, **more)
        time.sleep(0.5)

    monkeypatch.setattr(quotas, "take", take_and_wait)
    now = timezone.now()
    mfa_session = Session("console", now, now, now)
    seed = mfa.new_seed()
    new = Authenticator("", seed)

    def attempt(number: int) -> None:
        user = User.objects.select_related("account").get(pk=ana.pk)
        client: Any = Sdk(Caller(user, session=mfa_session), Facts(), "iam")
        if number:
            time.sleep(0.2)
            client.deactivate_mfa_device(UserName="ana", SerialNumber=phone.serial_number)
        else:
            codes = new.code(-1), new.code()
            enrolment.add_device(client, Caller(user), name="second", seed=seed, codes=codes)

    assert race(attempt, 2) == {"won": 2}


def test_a_user_deleted_while_a_key_is_made_leaves_no_key_behind(ana: User) -> None:
    li = make_user(ana.account, "li")

    def attempt(number: int) -> None:
        if number % 2:
            iam(ana).delete_user(UserName="li")
        else:
            iam(ana).create_access_key(UserName="li")

    outcome = race(attempt)
    assert set(outcome) <= {"won", "DeleteConflict", "NoSuchEntity", "LimitExceeded"}
    gone = not User.objects.filter(pk=li.pk).exists()
    assert gone == (li.access_keys.count() == 0)


def test_parallel_changes_keep_the_counters_true(ana: User, account: Account) -> None:
    outcome = race(lambda number: iam(ana).create_user(UserName=f"user{number}"), 16)
    assert outcome == {"won": 16}
    race(lambda number: iam(ana).delete_user(UserName=f"user{number % 8}"), 16)
    account.refresh_from_db()
    assert account.user_count == account.iam_users.count() == 9


def test_no_parallel_guess_at_the_sign_in_page_escapes_the_count(
    ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "_PRINCIPAL", SCHEDULE)
    make_login_profile(ana)
    outcome = race(lambda _: send_password(Client(), "ana", WRONG).status_code == 422, 16)
    assert outcome == {"won": 5, "lost": 11}


def test_of_two_who_set_up_the_installation_at_once_one_wins(
    database: str, tmp_path: Path, settings: Any
) -> None:
    settings.DATA_DIR = tmp_path
    Account.objects.all().delete()
    browsers = [Client(), Client()]
    forms = [hidden(browser.get("/setup/account")) for browser in browsers]

    def set_up(number: int) -> bool:
        answers = {**ANSWERS, "email": f"root{number}@acme.test", "administrator": ""}
        sent = browsers[number].post("/setup/account", {**forms[number], **answers})
        assert sent.status_code in (303, 410)
        return sent.status_code == 303

    assert race(set_up, 2) == {"won": 1, "lost": 1}
    assert Account.objects.count() == 1
    Account.objects.all().delete()


def test_one_of_many_who_send_a_recovery_link_sets_the_password(root: User) -> None:
    found = RootRecovery.objects.create(
        email=root.email,
        facts={},
        user=root,
        token_hash="x",
        fits=root.get_session_auth_hash(),
        expires_at=timezone.now() + timedelta(minutes=15),
    )

    rows = RootRecovery.objects.select_related("user__account")
    opened = [rows.get(pk=found.pk) for _ in range(THREADS)]

    def reset(number: int) -> bool:
        return root_recovery.reset(opened[number], f"Another-horse-{number}", Facts())

    outcome = race(reset)
    assert outcome["won"] == 1
    assert logged().filter(name=root_recovery.COMPLETED).count() == 1
