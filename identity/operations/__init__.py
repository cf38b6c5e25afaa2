"""What is answered, by noun of the API reference."""

from identity.operations import sts, users

__all__ = ["sts", "users"]
