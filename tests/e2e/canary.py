"""The key that tests of doctor use, and how it is looked for in bytes that left the process or were printed."""

import base64
import urllib.parse

KEY = "hs_test_CanaryKeyThatMustNeverBeSeenAnywhere42"


def forms_of(secret):
    """The ways in which a secret could stand there."""
    raw = secret.encode()
    # Base64 depends on what stands before: three alignments, without the characters that the neighbours decide.
    cut = [base64.b64encode(b"\0" * shift + raw)[(shift * 8 + 5) // 6 : -4] for shift in range(3)]
    return {raw, urllib.parse.quote(secret, safe="").encode(), *(each for each in cut if len(each) > 8)}


def holds(data, secret):
    """Whether bytes or text hold the secret in any of its forms."""
    data = data.encode() if isinstance(data, str) else data
    return secret.strip() != "" and any(form in data for form in forms_of(secret.strip()))
