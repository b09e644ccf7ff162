"""What schemathesis does before each call of `npm run fuzz`."""

import re
import uuid

import schemathesis

VALID = re.compile(r"[!-~]([ -~]{0,253}[!-~])?")


@schemathesis.hook
def before_call(context, case, kwargs):
    """A key that comes again replays the answer of another scenario, to which its own resource may be long gone."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and VALID.fullmatch(key):
        case.headers["Idempotency-Key"] = f"{key[:200]}-{uuid.uuid4()}"
