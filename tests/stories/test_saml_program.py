"""The program of docs/saml.md gets credentials from the demonstration's directory."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import NewAccount
from tests.credentials import Key
from tests.live_server import serving

MANUAL = Path(__file__).parents[2] / "docs" / "saml.md"
_SET_UP = """
from console.demo import setup
from identity.callers import Caller
from identity.facts import Facts
from identity.gateway import Client
from identity.models import Account, User
root = User.objects.get(is_root=True)
setup.set_up(Client(Caller(root), Facts(), "iam"), root.account, setup.DIRECTORY)
"""


def program() -> str:
    found = re.search(r"```python\n(.*?)```", MANUAL.read_text(), re.DOTALL)
    assert found
    return found[1]


def test_the_program_of_the_manual_signs_ines_in(tmp_path: Path, new_account: NewAccount) -> None:
    at = tmp_path / "house"
    at.mkdir()
    with serving(at, workers=1, BARTIZAN_DEMO="true") as house:
        new_account(house)
        house.manage("shell", "--verbosity", "0", "--command", _SET_UP)
        given = ["person=ines", "roles=DemoDeveloper", "seconds=3600"]
        ran = subprocess.run(
            [sys.executable, "-c", program(), f"{house.url}/demo/idp/sign-in", *given],
            env={**house.environment, "AWS_ENDPOINT_URL": house.url},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        told = json.loads(ran.stdout)
        assert told["Version"] == 1
        key = Key(told["AccessKeyId"], told["SecretAccessKey"], told["SessionToken"])
        who = house.client("sts", key).get_caller_identity()["Arn"]
        assert who.endswith(":assumed-role/DemoDeveloper/ines@harbourmill.example")
