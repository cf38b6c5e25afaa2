"""The operator's command line: what each command prints, changes and refuses."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command
from django.utils import timezone

from console.models import Handoff, SentForm
from federation import service_provider
from federation.models import FederatedAttempt, SeenAssertion
from identity import outbox, vault
from identity.models import (
    AccessKey,
    Account,
    ConsoleSession,
    Event,
    ServerCertificate,
    TemporarySession,
    ThrottleBucket,
    User,
    VirtualMfaDevice,
)
from tests.certificates import make_certificate
from tests.factories import PASSWORD, Key, make_account, make_key
from tests.one_of_each import fill
from tests.sdk_in_process import sdk

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    """What a command prints."""
    printed = io.StringIO()
    call_command(*arguments, stdout=printed)
    return printed.getvalue()


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`stdin("text")` is what the next command reads."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


class TestCreateAccount:
    def create(self, *more: str) -> dict[str, Any]:
        arguments = ["--name", "Example", "--email", "root@example.test", "--format", "json"]
        made: dict[str, Any] = json.loads(run("create_account", *arguments, *more))
        return made

    def test_json_has_exactly_the_documented_members(self) -> None:
        made = self.create("--alias", "example", "--account-id", "123456789012")
        assert made == {
            "AccountId": "123456789012",
            "Alias": "example",
            "RootEmail": "root@example.test",
            "SignInUrl": "http://127.0.0.1:8000/sign-in/example",
        }

    def test_an_access_key_of_root_works_at_once(self) -> None:
        made = self.create("--access-key")
        assert set(made["AccessKey"]) == {"AccessKeyId", "SecretAccessKey"}
        key = Key(made["AccessKey"]["AccessKeyId"], made["AccessKey"]["SecretAccessKey"])
        identity = sdk("sts", key).get_caller_identity()
        assert identity["Arn"] == f"arn:aws:iam::{made['AccountId']}:root"

    def test_the_password_comes_from_standard_input(self, stdin: Any) -> None:
        stdin(PASSWORD + "\n")
        self.create("--password-stdin")
        assert check_password(PASSWORD, User.objects.get(is_root=True).password)

    def test_an_empty_standard_input_makes_nothing(self, stdin: Any) -> None:
        stdin("")
        with pytest.raises(CommandError, match="no password"):
            self.create("--password-stdin")
        assert not Account.objects.exists()

    @pytest.mark.parametrize(
        "more", [["--alias", "root"], ["--account-id", "12"], ["--email", "nobody"]]
    )
    def test_what_aws_refuses_is_said_in_one_line(self, more: list[str]) -> None:
        with pytest.raises(CommandError):
            self.create(*more)
        assert not Account.objects.exists()

    def test_the_text_form_leaves_nothing_out(self) -> None:
        printed = run(
            *("create_account", "--name", "Example", "--email", "r@example.test", "--access-key")
        )
        assert "AccountId: " in printed
        assert "SecretAccessKey: " in printed


def test_deleting_an_account_needs_yes(account: Account) -> None:
    with pytest.raises(CommandError, match="add --yes"):
        run("delete_account", account.pk)
    assert Account.objects.exists()
    run("delete_account", account.pk, "--yes")
    assert not Account.objects.exists()


def rows() -> dict[str, int]:
    """How many rows each table has, but those that belong to no account."""
    models = apps.get_app_config("identity").get_models()
    return {m.__name__: m._default_manager.count() for m in models if m is not ThrottleBucket}


def test_all_that_an_account_can_have_goes_with_it_and_nothing_of_another(
    account: Account,
) -> None:
    other = make_account("Partner", "root@partner.test")
    before = rows()
    fill(account)
    outbox.add(Event(account=account, source="iam.amazonaws.com", name="CreateUser"))
    assert [name for name, count in rows().items() if count == 0] == []
    run("delete_account", account.pk, "--yes")
    outbox.move()
    assert rows() == before | {"Account": 1, "User": 1}
    assert other.root.account == other


def test_an_account_that_is_not_there_cannot_be_deleted() -> None:
    with pytest.raises(CommandError, match="no account `000000000000`"):
        run("delete_account", "000000000000", "--yes")


class TestResetRootPassword:
    def test_a_made_password_is_printed_once_and_works(self, account: Account) -> None:
        printed = run("reset_root_password", "--email", "ROOT@example.test")
        password = printed.split("new password: ")[1].strip()
        assert check_password(password, account.root.password)

    def test_a_given_password_is_not_printed(self, account: Account, stdin: Any) -> None:
        stdin("Another-horse-8\n")
        printed = run("reset_root_password", "--account-id", account.pk, "--password-stdin")
        assert "Another-horse-8" not in printed
        assert check_password("Another-horse-8", account.root.password)

    def test_a_weak_password_changes_nothing(self, account: Account, stdin: Any) -> None:
        stdin("weak\n")
        with pytest.raises(CommandError, match="8 to 128"):
            run("reset_root_password", "--account-id", account.pk, "--password-stdin")
        assert check_password(PASSWORD, account.root.password)

    def test_mfa_stays_unless_told(self, account: Account, root: User) -> None:
        VirtualMfaDevice.objects.create(
            account=account, user=root, name="d", serial_number="d", sealed_seed=b""
        )
        account.count(mfa_device_count=1, mfa_device_in_use_count=1)
        run("reset_root_password", "--account-id", account.pk)
        assert root.mfa_devices.exists()
        printed = run("reset_root_password", "--account-id", account.pk, "--remove-mfa")
        assert "MFA devices removed: 1" in printed
        assert not root.mfa_devices.exists()


class TestRotateVaultKey:
    @pytest.fixture(autouse=True)
    def own_vault(self, tmp_path: Path, settings: Any) -> None:
        settings.VAULT_KEYS = ""
        settings.VAULT_FILE = tmp_path / "vault.key"

    def test_every_key_works_after_rotation_and_the_old_vault_key_can_go(self, ana: User) -> None:
        key = make_key(ana)
        assert "added key 2" in run("rotate_vault_key")
        assert vault.number_of(bytes(AccessKey.objects.get(pk=key.id).sealed_secret)) == 2
        assert "dropped key 1" in run("rotate_vault_key", "--drop", "1")
        assert sdk("sts", key).get_caller_identity()["Arn"].endswith(":user/ana")

    def test_the_key_of_a_server_certificate_opens_after_rotation(self, ana: User) -> None:
        pair = make_certificate()
        sdk("iam", make_key(ana)).upload_server_certificate(
            ServerCertificateName="web", CertificateBody=pair.pem, PrivateKey=pair.key_pem
        )
        run("rotate_vault_key")
        run("rotate_vault_key", "--drop", "1")
        row = ServerCertificate.objects.get()
        sealed = bytes(row.sealed_private_key)
        purpose = f"server_certificate:{row.unique_id}"
        assert vault.unseal(sealed, purpose).decode() == pair.key_pem

    def test_an_interrupted_run_is_finished_without_another_key(self, ana: User) -> None:
        make_key(ana)
        vault.add_key()
        assert "1 secrets are now sealed with key 2" in run("rotate_vault_key")
        assert vault.numbers() == [2, 1]

    def test_a_key_in_use_is_not_dropped(self, ana: User) -> None:
        make_key(ana)
        vault.add_key()
        with pytest.raises(CommandError, match="still opens 1 secret"):
            run("rotate_vault_key", "--drop", "1")

    @pytest.mark.parametrize(("number", "why"), [("1", "newest"), ("7", "no key `7`")])
    def test_the_newest_and_unknown_keys_are_not_dropped(self, number: str, why: str) -> None:
        with pytest.raises(CommandError, match=why):
            run("rotate_vault_key", "--drop", number)

    def test_keys_of_the_environment_are_the_operators_to_change(self, settings: Any) -> None:
        settings.VAULT_KEYS = vault.new_key_text(1)
        printed = run("rotate_vault_key")
        assert "BARTIZAN_VAULT_KEYS" in printed
        settings.VAULT_KEYS = f"{printed.splitlines()[-1]},{settings.VAULT_KEYS}"
        assert vault.numbers() == [2, 1]


def test_pruning_takes_what_is_over_and_nothing_else(ana: User) -> None:
    now = timezone.now()
    for name, when in (("over", now - timedelta(days=3)), ("current", now + timedelta(hours=1))):
        ConsoleSession.objects.create(session_key=name, session_data="", expire_date=when)
        TemporarySession.objects.create(
            id=name, user=ana, operation="GetSessionToken", sealed_secret=b"", expires_at=when
        )
        ThrottleBucket.objects.create(key=name, since=when, last_at=when)
        Handoff.objects.create(id=name, owner="x", sealed=b"", expires_at=when)
        SentForm.objects.create(token=name, sent_at=when)
    run("prune")
    for model in (ConsoleSession, TemporarySession, ThrottleBucket, Handoff, SentForm):
        assert [row.pk for row in model._default_manager.all()] == ["current"]


def test_pruning_takes_used_assertions_and_old_attempts(account: Account) -> None:
    now = timezone.now()
    for name, when in (("over", now), ("current", now + timedelta(hours=1))):
        SeenAssertion.objects.create(digest=name, expires_at=when)
    for age in (31, 29):
        FederatedAttempt.objects.create(account=account, at=now - timedelta(days=age))
    run("prune")
    assert [row.pk for row in SeenAssertion.objects.all()] == ["current"]
    assert FederatedAttempt.objects.count() == 1


def test_saml_keys_are_rotated_and_the_newest_stays(db: None) -> None:
    run("rotate_saml_keys")
    (first,) = service_provider.newest_first()
    run("rotate_saml_keys")
    newest = service_provider.newest_first()[0]
    assert newest != first
    signing = service_provider.signing_key()
    assert signing is not None
    assert signing[0].public_key() == signing[1].public_key()
    with pytest.raises(CommandError, match="it signs"):
        run("rotate_saml_keys", "--drop", newest.key_id)
    with pytest.raises(CommandError, match="no key"):
        run("rotate_saml_keys", "--drop", "SAMLPK1")
    run("rotate_saml_keys", "--drop", first.key_id)
    assert service_provider.newest_first() == [newest]


class TestLoadDemo:
    @pytest.fixture(autouse=True)
    def own_data(self, tmp_path: Path, settings: Any) -> None:
        settings.DATA_DIR = tmp_path

    def test_there_are_two_people_with_passwords_and_four_workloads_with_keys(self) -> None:
        run("load_demo")
        users = User.objects.filter(is_root=False)
        assert {u.name for u in users if u.has_console_password} == {"Li", "Mateo"}
        assert {u.name for u in users if u.access_keys.exists()} == {
            "DevApp1",
            "DevApp2",
            "TestApp1",
            "TestApp2",
        }

    def test_the_printed_credentials_work_and_workloads_may_read_only_themselves(self) -> None:
        lines = dict(line.split(None, 1) for line in run("load_demo").splitlines())
        assert check_password(lines["Li"].strip(), User.objects.get(name="Li").password)
        iam = sdk("iam", Key(*lines["DevApp1"].split()))
        assert iam.get_user()["User"]["UserName"] == "DevApp1"
        with pytest.raises(iam.exceptions.ClientError, match="AccessDenied"):
            iam.get_user(UserName="DevApp2")

    def test_a_second_run_changes_nothing_and_prints_the_same(self) -> None:
        first = run("load_demo")
        assert run("load_demo") == first
        assert Account.objects.count() == 1

    def test_no_two_installations_share_a_password(self, settings: Any, tmp_path: Path) -> None:
        first = set(run("load_demo").split())
        run("delete_account", Account.objects.get().pk, "--yes")
        same = first & set(run("load_demo").split())
        assert [word for word in same if len(word) >= 20 and "://" not in word] == []
