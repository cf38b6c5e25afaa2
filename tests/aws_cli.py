"""The AWS command line against a live server: in this process, or started as people start it."""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from awscli.clidriver import create_clidriver

from tests.credentials import Key
from tests.live_server import LiveServer

AWS = Path(sys.executable).parent / "aws"


@dataclass(frozen=True)
class Answer:
    returncode: int
    stdout: str
    stderr: str


def aws(server: LiveServer, key: Key, *arguments: str) -> Answer:
    """What the command does, without the second it takes to start, nor AWS's models read anew."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name, value in _environment(server, key).items():
            patch.setenv(name, value)
        driver = create_clidriver()
        driver.session.register_component("data_loader", _loader(driver.session))
        code = driver.main(["--output", "json", *arguments])
    return Answer(code, out.getvalue(), err.getvalue())


_loaders: list[Any] = []


def _loader(session: Any) -> Any:
    """The first session's, which keeps what it has read."""
    if not _loaders:
        _loaders.append(session.get_component("data_loader"))
    return _loaders[0]


def started(server: LiveServer, key: Key, *arguments: str) -> Answer:
    """The program itself, in a process of its own."""
    ran = subprocess.run(
        [str(AWS), "--output", "json", *arguments],
        env={**server.environment, **_environment(server, key)},
        capture_output=True,
        text=True,
        check=False,
    )
    return Answer(ran.returncode, ran.stdout, ran.stderr)


def _environment(server: LiveServer, key: Key) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": key.id,
        "AWS_SECRET_ACCESS_KEY": key.secret,
        **({"AWS_SESSION_TOKEN": key.token} if key.token else {}),
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
    }
