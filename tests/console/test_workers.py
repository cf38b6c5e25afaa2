"""A pool of connections is shared by the workers, whichever of them is awake first."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.live_server import LiveServer, serving

_THREADS = 4
