"""Instance profiles: the list, a new one, the role inside, tags, the end."""

from __future__ import annotations

import pytest
from django.test import Client

from identity.models import Account, InstanceProfile, Role, User
from tests.console.conftest import SignedIn
from tests.console.pages import submit, text
from tests.factories import make_role, make_user

LIST, NEW, HERE = (
    "/iam/instance-profiles",
    "/iam/create-instance-profile",
    "/iam/instance-profiles/web",
)


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def role(account: Account) -> Role:
    return make_role(account, "deploy")


@pytest.fixture
def web(account: Account, role: Role) -> InstanceProfile:
    account.count(instance_profile_count=1)
    return InstanceProfile.objects.create(account=account, name="web", role=role)


def test_one_is_made_with_its_role_and_the_role_leads_to_it(
    browser: Client, account: Account, role: Role
) -> None:
    assert "No instance profiles" in text(browser.get(LIST))
    assert 'value="deploy"' in browser.get(f"{NEW}?role=deploy").content.decode()
    assert submit(browser, NEW, name="web", role="deploy").headers["Location"] == HERE
    assert InstanceProfile.objects.get().role == role
    assert f'href="{HERE}"' in browser.get("/iam/roles/deploy/permissions").content.decode()
    assert "web deploy /" in text(browser.get(LIST))
    assert "No instance profiles match" in text(browser.get(f"{LIST}?q=x"))
    assert "web" in text(browser.get(f"{LIST}?role=DEPLOY"))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "web", "role": "gone"}, "role"),
        ({"name": "a b", "role": ""}, "name"),
        ({"name": "taken", "role": ""}, "name"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_made(
    browser: Client, account: Account, fields: dict[str, str], field: str
) -> None:
    InstanceProfile.objects.create(account=account, name="taken")
    answer = submit(browser, NEW, **fields)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert InstanceProfile.objects.count() == 1


def test_the_role_is_taken_out_brought_back_and_another_put_in(
    browser: Client, account: Account, web: InstanceProfile
) -> None:
    fields = {"role": "deploy"}
    browser.post(f"{HERE}/role", {**fields, "state": "out"})
    assert "was taken out of instance profile web. Undo" in text(browser.get(HERE))
    browser.post(f"{HERE}/role", {**fields, "state": "in"})
    web.refresh_from_db()
    assert web.role
    browser.post(f"{HERE}/role", {**fields, "state": "out"})
    make_role(account, "other")
    assert submit(browser, HERE, role="other").status_code == 303
    web.refresh_from_db()
    assert web.role.name == "other"


def test_one_with_a_role_is_deleted_by_its_name_and_the_role_stays(
    browser: Client, web: InstanceProfile, role: Role
) -> None:
    assert submit(browser, f"{HERE}/delete").status_code == 422
    assert submit(browser, f"{HERE}/delete", confirm="WEB").headers["Location"] == LIST
    assert not InstanceProfile.objects.exists()
    assert Role.objects.filter(pk=role.pk).exists()


def test_tags_are_saved(browser: Client, web: InstanceProfile) -> None:
    assert submit(browser, f"{HERE}/tags", key_1="team", value_1="red").status_code == 303
    web.refresh_from_db()
    assert web.tags == [{"Key": "team", "Value": "red"}]


def test_putting_a_role_in_takes_the_right_to_pass_it(
    signed_in: SignedIn, account: Account, role: Role
) -> None:
    InstanceProfile.objects.create(account=account, name="web")
    rights = ["iam:GetInstanceProfile", "iam:AddRoleToInstanceProfile"]
    helper = signed_in(make_user(account, "helper", allow=rights))
    answer = submit(helper, HERE, role="deploy")
    assert answer.status_code == 403
    assert "iam:PassRole" in text(answer)


def test_nobody_sees_those_of_another_account_or_without_the_right(
    signed_in: SignedIn, web: InstanceProfile, ben: User, cleo: User
) -> None:
    assert signed_in(ben).get(LIST).status_code == 403
    assert signed_in(ben).get(HERE).status_code == 403
    assert signed_in(cleo).get(HERE).status_code == 404
    assert signed_in(cleo).get(f"{LIST}/~{web.unique_id}").status_code == 404
    assert "web" not in text(signed_in(cleo).get(LIST))
