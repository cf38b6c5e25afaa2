"""Remarks about a policy for who writes it, after the checks of AWS's Access Analyzer.

Each check is a small function in the file of its theme, and a row of the table there.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
"""

from identity.policy.lint.linter import CODES, findings
from identity.policy.lint.report import Finding, FindingType

__all__ = ["CODES", "Finding", "FindingType", "findings"]
