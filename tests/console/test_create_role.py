"""The create-role wizard: what each choice comes to, what is refused where, and how it ends."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from federation import service_provider
from federation.models import OidcProvider, SamlProvider
from identity.models import Account, InstanceProfile, Role, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.factories import make_managed_policy, make_user, trusting

CREATE = "/iam/create-role"
READ = [{"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}]


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def corp(account: Account) -> SamlProvider:
    return SamlProvider.objects.create(
        account=account, name="Corp", metadata="<x/>", valid_until=timezone.now()
    )


def make_oidc(account: Account, url: str) -> OidcProvider:
    return OidcProvider.objects.create(account=account, url=url, client_ids=["photos", "aud2"])


def choose(browser: Client, **fields: str) -> Any:
    """Send the first step."""
    return submit(browser, CREATE, **({"name": "Deploy"} | fields))


def create(browser: Client, **fields: Any) -> Any:
    """Both steps: those named `what_…` belong to the second."""
    later = {name[5:]: value for name, value in fields.items() if name.startswith("what_")}
    first = {name: value for name, value in fields.items() if not name.startswith("what_")}
    answer = choose(browser, **first)
    assert answer.status_code == 303, answer.context["form"].errors
    return submit(browser, answer.headers["Location"], **({"duration": "3600"} | later))


def statement() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Role.objects.get(name="Deploy").trust_policy)["Statement"][0]
    return found


# --- what the choices come to ------------------------------------------------------------------


def test_a_role_for_this_account_may_ask_for_mfa(browser: Client, account: Account) -> None:
    create(browser, trusted="this", require_mfa="on", what_duration="7200")
    assert statement()["Principal"] == {"AWS": account.root_arn}
    assert statement()["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    assert Role.objects.get(name="Deploy").max_session_duration == 7200


def test_a_role_for_another_account_ends_with_its_link_and_the_statement_of_the_other_side(
    browser: Client, account: Account, cleo: User
) -> None:
    theirs = cleo.account_id
    spelled = f"{theirs[:4]}-{theirs[4:8]}-{theirs[8:]}"
    policy = make_managed_policy(account, "Readers", READ)
    done = create(browser, trusted="other", account_id=spelled, path="/x/", what_arn=[policy.arn])
    assert statement()["Principal"] == {"AWS": cleo.account.root_arn}
    role = Role.objects.get(name="Deploy")
    assert [one.policy.name for one in role.attachments.all()] == ["Readers"]
    words = text(browser.get(done.headers["Location"]))
    assert f"/switchrole?account={account.pk}&roleName=x%2FDeploy" in words
    assert f'"Action": "sts:AssumeRole", "Resource": "{role.arn}"' in words


def test_a_role_that_asks_for_an_external_id_has_no_link(
    browser: Client, account: Account, cleo: User
) -> None:
    done = create(browser, trusted="other", account_id=cleo.account_id, external_id="x1")
    assert statement()["Condition"] == {"StringEquals": {"sts:ExternalId": "x1"}}
    words = text(browser.get(done.headers["Location"]))
    assert "/switchrole" not in words
    assert "The role asks for an external ID." in words


def test_a_role_for_a_saml_provider_asks_for_our_address_and_what_was_built(
    browser: Client, corp: SamlProvider
) -> None:
    done = create(
        browser,
        trusted="saml",
        saml_provider=corp.arn,
        saml_access="console",
        session_tags="on",
        key_1="saml:mail",
        operator_1="StringLike",
        value_1="*@example.com",
        key_2="saml:edupersonaffiliation",
        operator_2="StringEquals",
        value_2="staff",
    )
    assert statement() == {
        "Effect": "Allow",
        "Principal": {"Federated": corp.arn},
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
        "Condition": {
            "StringEquals": {
                "SAML:aud": [service_provider.acs_url(), service_provider.acs_url(corp)],
                "saml:edupersonaffiliation": "staff",
            },
            "StringLike": {"saml:mail": "*@example.com"},
        },
    }
    role = Role.objects.get(name="Deploy")
    assert f"{role.arn},{corp.arn}" in text(browser.get(done.headers["Location"]))


def test_for_programs_only_the_address_of_the_console_is_not_asked_for(
    browser: Client, corp: SamlProvider
) -> None:
    create(browser, trusted="saml", saml_provider=corp.arn, saml_access="programs")
    assert "Condition" not in statement()


def test_a_role_for_web_identities_asks_for_audience_and_subject(
    browser: Client, account: Account
) -> None:
    github = make_oidc(account, "token.actions.githubusercontent.com")
    subject = "repo:example/app:*"
    create(browser, trusted="oidc", oidc_provider=github.arn, audience="photos", subject=subject)
    assert statement() == {
        "Effect": "Allow",
        "Principal": {"Federated": github.arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{github.url}:aud": "photos"},
            "StringLike": {f"{github.url}:sub": subject},
        },
    }


@pytest.mark.parametrize("wanted", [True, False])
def test_a_role_for_machines_gets_an_instance_profile_if_wanted(
    browser: Client, account: Account, wanted: bool
) -> None:
    more = {"instance_profile": "on"} if wanted else {}
    create(browser, trusted="service", service="ec2.amazonaws.com", **more)
    assert statement()["Principal"] == {"Service": "ec2.amazonaws.com"}
    profiles = InstanceProfile.objects.filter(role__name="Deploy")
    assert [one.name for one in profiles] == (["Deploy"] if wanted else [])


def test_boundary_and_tags_come_with_the_role(browser: Client) -> None:
    arn = "arn:aws:iam::aws:policy/PowerUserAccess"
    create(browser, trusted="this", what_boundary=arn, what_key_1="team", what_value_1="blue")
    role = Role.objects.get(name="Deploy")
    assert role.boundary
    assert role.boundary.name == "PowerUserAccess"
    assert role.tags == [{"Key": "team", "Value": "blue"}]


def test_the_trust_policy_of_the_choices_is_shown_before_anything_is_made(
    browser: Client, account: Account, cleo: User
) -> None:
    shown = choose(browser, trusted="other", account_id=cleo.account_id, check="1")
    assert shown.status_code == 200
    assert f'"AWS": "{cleo.account.root_arn}"' in text(shown)
    assert 'value="Deploy"' in shown.content.decode()
    assert not Role.objects.exists()


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"trusted": "other", "account_id": "12"}, "account_id"),
        ({"trusted": "other", "account_id": "١" * 12}, "account_id"),
        ({"trusted": "other", "account_id": "111122223333"}, "account_id"),
        ({"trusted": "service", "service": "ec2"}, "service"),
        ({"trusted": "custom", "document": "{"}, "document"),
        ({"trusted": "saml"}, "saml_provider"),
        ({"trusted": "saml", "saml_provider": "arn:x", "key_1": "saml:sub"}, "value_1"),
        ({"trusted": "saml", "value_2": "x"}, "key_2"),
        ({"trusted": "oidc"}, "oidc_provider"),
        ({"trusted": "everybody"}, "trusted"),
        ({}, "trusted"),
        ({"trusted": "this", "name": "a b"}, "name"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    browser: Client, fields: dict[str, str], wrong: str
) -> None:
    answer = choose(browser, **fields)
    assert answer.status_code == 422
    assert wrong in answer.context["form"].errors
    assert not Role.objects.exists()


@pytest.mark.parametrize("subject", ["", "*", "**", "?*"])
def test_of_an_issuer_that_strangers_share_the_subject_is_needed(
    browser: Client, account: Account, subject: str
) -> None:
    github = make_oidc(account, "token.actions.githubusercontent.com")
    answer = choose(
        browser, trusted="oidc", oidc_provider=github.arn, audience="photos", subject=subject
    )
    assert "subject" in answer.context["form"].errors


def test_of_ones_own_issuer_it_is_not_but_the_audience_is_one_of_the_providers(
    browser: Client, account: Account
) -> None:
    own = make_oidc(account, "id.example.com/realm")
    given = {"trusted": "oidc", "oidc_provider": own.arn}
    assert "audience" in choose(browser, **given, audience="other").context["form"].errors
    create(browser, **given, audience="aud2")
    assert statement()["Condition"] == {"StringEquals": {"id.example.com/realm:aud": "aud2"}}


def test_the_provider_of_another_account_cannot_be_chosen(browser: Client, cleo: User) -> None:
    theirs = make_oidc(cleo.account, "id.example.com")
    answer = choose(browser, trusted="oidc", oidc_provider=theirs.arn, audience="photos")
    assert "oidc_provider" in answer.context["form"].errors


def test_a_name_that_is_taken_is_said_in_the_first_step(browser: Client) -> None:
    create(browser, trusted="this")
    answer = choose(browser, trusted="this", name="deploy")
    assert "already exists" in answer.context["form"].errors["name"][0]


def test_a_trust_policy_of_ones_own_is_checked(browser: Client, account: Account) -> None:
    document = trusting(account.root_arn).replace("sts:AssumeRole", "sts:AssumeRoles")
    answer = choose(browser, trusted="custom", document=document)
    assert "sts:AssumeRole" in answer.context["form"].errors["document"][0]
    good = trusting(account.root_arn)
    create(browser, trusted="custom", document=good)
    assert statement()["Principal"] == {"AWS": account.root_arn}


@pytest.mark.parametrize(
    "later",
    [
        {"what_arn": ["arn:aws:iam::aws:policy/Nothing"]},
        {"what_boundary": "arn:aws:iam::aws:policy/Nothing"},
        {"what_boundary": "x"},
        {"what_duration": "60"},
        {"what_key_1": "a", "what_key_2": "A"},
    ],
)
def test_what_the_second_step_refuses_leaves_no_role(browser: Client, later: Any) -> None:
    answer = create(browser, trusted="this", **later)
    assert answer.status_code == 422
    assert not Role.objects.exists()


def test_who_may_not_create_roles_learns_so_and_nothing_of_other_accounts(
    signed_in: SignedIn, account: Account, cleo: User
) -> None:
    browser = signed_in(make_user(account, "reader", allow=["iam:List*", "iam:Get*"]))
    for account_id in (cleo.account_id, "111122223333"):
        step = choose(browser, trusted="other", account_id=account_id)
        assert step.status_code == 303
        assert submit(browser, step.headers["Location"], duration="3600").status_code == 403
    assert not Role.objects.exists()


# --- drafts --------------------------------------------------------------------------------------


def test_a_filter_keeps_what_was_chosen_and_typed(browser: Client, account: Account) -> None:
    chosen = make_managed_policy(account, "Readers", READ)
    make_managed_policy(account, "Others", READ)
    page = choose(browser, trusted="this").headers["Location"]
    typed = {"arn": [chosen.arn], "duration": "7200", "key_1": "team", "value_1": "blue"}
    filtered = submit(browser, page, filter="1", q="Oth", **typed)
    shown = browser.get(filtered.headers["Location"])
    assert "Chosen before Readers" in text(shown)
    assert 'value="team"' in shown.content.decode()
    fields = {**hidden(shown), **typed}
    assert browser.post(page, fields).status_code == 303
    assert [one.policy.name for one in Role.objects.get().attachments.all()] == ["Readers"]


def test_the_first_step_opens_again_as_it_was_left(browser: Client, corp: SamlProvider) -> None:
    step = choose(browser, trusted="saml", saml_provider=corp.arn, key_1="saml:sub", value_1="jo")
    shown = browser.get(step.headers["Location"].replace("permissions", "who")).content.decode()
    assert 'value="jo"' in shown
    assert f'value="{corp.arn}" selected' in shown


def test_a_form_sent_twice_makes_one_role(browser: Client) -> None:
    page = choose(browser, trusted="this").headers["Location"]
    fields = {**hidden(browser.get(page)), "duration": "3600"}
    first, second = (browser.post(page, fields) for _copy in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Role.objects.count() == 1


def test_a_draft_of_somebody_else_is_over(browser: Client, signed_in: SignedIn, root: User) -> None:
    page = choose(browser, trusted="this").headers["Location"]
    other = signed_in(root)
    assert other.get(page).headers["Location"] == CREATE


def test_a_provider_in_the_address_is_chosen(browser: Client, corp: SamlProvider) -> None:
    shown = browser.get(f"{CREATE}?provider={corp.arn}").content.decode()
    assert f'value="{corp.arn}" selected' in shown
    assert 'value="saml" required id="id_trusted_2" checked' in shown


def test_the_steps_cost_few_queries(browser: Client, account: Account) -> None:
    for number in range(30):
        make_managed_policy(account, f"p{number}", READ)
    page = choose(browser, trusted="this").headers["Location"]
    for url in (CREATE, page):
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(url).status_code == 200
        assert len(captured) <= 12, url


def test_the_last_page_is_for_who_may_see_the_role(
    browser: Client, signed_in: SignedIn, ben: User, cleo: User
) -> None:
    done = create(browser, trusted="this").headers["Location"]
    assert signed_in(ben).get(done).status_code == 403
    assert signed_in(cleo).get(done).status_code == 404


def test_the_review_says_what_the_role_comes_to_and_creates_it_once(
    browser: Client, account: Account
) -> None:
    policy = make_managed_policy(account, "Readers", READ)
    second = choose(browser, trusted="this").headers["Location"]
    chosen = {"arn": [policy.arn], "duration": "7200", "key_1": "team", "value_1": "red"}
    review = submit(browser, second, review="1", **chosen).headers["Location"]
    assert review.endswith("/review")
    words = text(browser.get(review))
    assert "Whoever uses Deploy will be able to do: AWS Identity and Access Management" in words
    assert "team=red" in words
    assert "2 h" in words
    token = hidden(browser.get(review))
    done = browser.post(review, token).headers["Location"]
    role = Role.objects.get(name="Deploy")
    assert role.max_session_duration == 7200
    assert [one.policy for one in role.attachments.all()] == [policy]
    assert browser.post(review, token).headers["Location"] == done
    assert Role.objects.filter(name="Deploy").count() == 1
