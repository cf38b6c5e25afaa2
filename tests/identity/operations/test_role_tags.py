"""Tags of roles and of instance profiles: the ones ignore the case of a key, the others do not."""

from __future__ import annotations

from typing import Any

import pytest

from identity.models import Account, InstanceProfile, Role, User
from tests.factories import make_role, make_user
from tests.refusals import refused

DUPLICATE = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
RESERVED = "Tag keys beginning with aws: are reserved for system use."
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":\
"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
KINDS = ("role", "instance_profile")


def tags(**pairs: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


class Tagged:
    """The three verbs of one kind, on the one that the tests have: `web`."""

    def __init__(self, client: Any, kind: str) -> None:
        self.client, self.kind = client, kind
        self.name = {"RoleName" if kind == "role" else "InstanceProfileName": "web"}

    def put(self, given: list[dict[str, str]]) -> None:
        getattr(self.client, f"tag_{self.kind}")(**self.name, Tags=given)

    def remove(self, *keys: str) -> None:
        getattr(self.client, f"untag_{self.kind}")(**self.name, TagKeys=list(keys))

    def page(self, **more: Any) -> Any:
        return getattr(self.client, f"list_{self.kind}_tags")(**self.name, **more)

    def all(self) -> Any:
        return self.page()["Tags"]

    def create(self, given: list[dict[str, str]]) -> None:
        name = dict.fromkeys(self.name, "other")
        more = {"AssumeRolePolicyDocument": TRUST} if self.kind == "role" else {}
        getattr(self.client, f"create_{self.kind}")(**name, **more, Tags=given)


def make(account: Account) -> None:
    make_role(account, "web", path="/ci/")
    InstanceProfile.objects.create(account=account, name="web", path="/ci/")


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, account: Account) -> str:
    make(account)
    return str(request.param)


def test_tags_are_listed_by_key_page_by_page(iam: Any, ana: User, kind: str) -> None:
    tagged = Tagged(iam(ana), kind)
    assert tagged.all() == []
    tagged.put(tags(zone="z", area="a", team="t"))
    first = tagged.page(MaxItems=2)
    assert (first["Tags"], first["IsTruncated"]) == (tags(area="a", team="t"), True)
    second = tagged.page(MaxItems=2, Marker=first["Marker"])
    assert (second["Tags"], second["IsTruncated"]) == (tags(zone="z"), False)


def test_a_new_spelling_of_a_roles_key_replaces_the_old(iam: Any, ana: User) -> None:
    make(ana.account)
    tagged = Tagged(iam(ana), "role")
    tagged.put(tags(Team="red", zone="z"))
    tagged.put(tags(TEAM="blue"))
    assert tagged.all() == tags(TEAM="blue", zone="z")
    tagged.remove("team", "absent")
    tagged.remove()
    assert tagged.all() == tags(zone="z")


def test_a_profiles_keys_are_told_apart_by_case(iam: Any, ana: User) -> None:
    make(ana.account)
    tagged = Tagged(iam(ana), "instance_profile")
    tagged.put(tags(Team="red", team="blue"))
    assert tagged.all() == tags(Team="red", team="blue")
    tagged.remove("TEAM", "Team")
    assert tagged.all() == tags(team="blue")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([{"Key": "aws:x", "Value": ""}], RESERVED),
        ([{"Key": "AWS:x", "Value": ""}], RESERVED),
        (tags(a="1") * 2, DUPLICATE),
    ],
)
def test_reserved_and_doubled_keys_are_refused_everywhere(
    iam: Any, ana: User, kind: str, given: list[dict[str, str]], message: str
) -> None:
    tagged = Tagged(iam(ana), kind)
    for act in (tagged.put, tagged.create):
        with refused("InvalidInput", message, 400):
            act(given)
    assert tagged.all() == []
    assert not Role.objects.named("other").exists()
    assert not InstanceProfile.objects.named("other").exists()


def test_two_spellings_of_a_key_are_one_for_roles(iam: Any, ana: User) -> None:
    make(ana.account)
    with refused("InvalidInput", DUPLICATE, 400):
        Tagged(iam(ana), "role").put(tags(a="1", A="2"))


@pytest.mark.parametrize(
    "given",
    [
        [{"Key": "", "Value": "v"}],
        [{"Key": "k" * 129, "Value": "v"}],
        [{"Key": "k", "Value": "v" * 257}],
        [{"Key": "k!", "Value": "v"}],
        [{"Key": "k", "Value": "<v>"}],
        [{"Key": f"k{number}", "Value": ""} for number in range(51)],
    ],
)
def test_malformed_tags_are_refused(
    iam: Any, ana: User, kind: str, given: list[dict[str, str]]
) -> None:
    with refused("ValidationError", status=400):
        Tagged(iam(ana), kind).put(given)


def test_no_tags_at_all_is_not_a_request(iam: Any, ana: User, kind: str) -> None:
    with refused("InvalidInput", status=400):
        Tagged(iam(ana), kind).put([])


def test_there_are_fifty_tags_at_most(iam: Any, ana: User, kind: str) -> None:
    tagged = Tagged(iam(ana), kind)
    tagged.put([{"Key": f"k{number}", "Value": ""} for number in range(50)])
    tagged.put(tags(k7="again"))
    with refused("LimitExceeded", status=409):
        tagged.put(tags(k50="one too many"))
    assert len(tagged.all()) == 50


def test_what_is_not_there_has_no_tags(iam: Any, cleo: User, kind: str) -> None:
    tagged = Tagged(iam(cleo), kind)
    for act in (lambda: tagged.put(tags(a="b")), lambda: tagged.remove("a"), tagged.all):
        with refused("NoSuchEntity", status=404):
            act()


@pytest.mark.parametrize("verb", ["Tag", "Untag", "List"])
def test_each_action_is_asked_on_the_arn_with_its_path(
    iam: Any, account: Account, ben: User, kind: str, verb: str
) -> None:
    noun = {"role": "Role", "instance_profile": "InstanceProfile"}[kind]
    action = f"iam:List{noun}Tags" if verb == "List" else f"iam:{verb}{noun}"
    arn = f"arn:aws:iam::{account.id}:{kind.replace('_', '-')}/ci/web"

    def act(user: User) -> None:
        tagged = Tagged(iam(user), kind)
        if verb == "Tag":
            tagged.put(tags(a="b"))
        elif verb == "Untag":
            tagged.remove("a")
        else:
            tagged.all()

    with refused(
        "AccessDenied",
        f"User: {ben.arn} is not authorized to perform: {action} on resource: {arn} "
        f"because no identity-based policy allows the {action} action",
        403,
    ):
        act(ben)
    only = [{"Effect": "Allow", "Action": action, "Resource": arn}]
    act(make_user(account, "only", allow=only))


def test_a_policy_may_ask_for_the_tags_of_the_request(iam: Any, account: Account) -> None:
    make(account)
    red = {"StringEquals": {"aws:RequestTag/team": "red"}}
    allow = [{"Effect": "Allow", "Action": "iam:TagRole", "Resource": "*", "Condition": red}]
    tagged = Tagged(iam(make_user(account, "dev", allow=allow)), "role")
    with refused("AccessDenied", status=403):
        tagged.put(tags(team="blue"))
    tagged.put(tags(team="red"))
