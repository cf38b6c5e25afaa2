"""Laws are not timed, for a busy machine is no broken law; `POLICY_CASES` sets how many cases."""

import os

from hypothesis import settings

settings.register_profile(
    "untimed", deadline=None, max_examples=int(os.environ.get("POLICY_CASES", "30"))
)
settings.load_profile("untimed")
