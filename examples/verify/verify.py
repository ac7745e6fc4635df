# Verifies one webhook request: python3 verify.py SECRET < body. Copy verify() into your handler.
# The request comes as a CGI program gets it (RFC 3875): its body on standard input, its headers in HTTP_WEBHOOK_ID,
# HTTP_WEBHOOK_TIMESTAMP and HTTP_WEBHOOK_SIGNATURE.
import base64
import hmac
import os
import sys
import time
from collections.abc import Mapping


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> None:
    """Raise a ValueError that says why when a request was not signed with the secret, or not within the last 5 minutes.

    headers: by lower-case name. body: the bytes as they came, before any parser.
    """
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        if not headers.get(name):
            raise ValueError(f"{name} is missing")
    key = secret.encode()
    if secret.startswith("whsec_"):
        key = base64.b64decode(secret.removeprefix("whsec_") + "==")  # too much padding does no harm, too little does
    if not key:
        raise ValueError("the secret is empty, or no base64 behind whsec_")

    timestamp = headers["webhook-timestamp"]
    signed = f"{headers['webhook-id']}.{timestamp}.".encode() + body
    standard = b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256"))
    # Several while the secret is being changed: one for each.
    if not any(hmac.compare_digest(given.encode(), standard) for given in headers["webhook-signature"].split(" ")):
        raise ValueError("webhook-signature does not fit")

    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > 300:
        raise ValueError("webhook-timestamp is not within 5 minutes of this clock")


if __name__ == "__main__":
    request_headers = {k[5:].lower().replace("_", "-"): v for k, v in os.environ.items() if k.startswith("HTTP_")}
    try:
        verify(sys.argv[1] if len(sys.argv) > 1 else "", request_headers, sys.stdin.buffer.read())
    except ValueError as error:
        sys.exit(f"not verified: {error}")
    print("verified")
