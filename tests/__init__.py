"""Tests. Compiled modules are kept whatever the environment says: some eleven thousand tests, and
each server they start, would otherwise be compiled anew in every run."""

import os
import sys

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
