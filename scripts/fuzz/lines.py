"""How schemathesis writes a body with one JSON value a line: as one line."""
import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def write(ctx, value):
    return json.dumps(value).encode()
