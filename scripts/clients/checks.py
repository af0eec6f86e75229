"""What the checks of all client libraries share: an article, Breve's own answers, and counting what failed."""
import json
import os
import sys
import urllib.request
from importlib.metadata import version

ARTICLE = (
    "The city council approved the plan on Monday. Works on the new bridge begin in May and take two years. "
    "The mayor spoke for an hour. Nobody left the room before the vote. Rain fell all night."
)
FIRST = "The city council approved the plan on Monday."
TEXT = "Works on the new bridge begin in May."
# Longer than the server that scripts/test_clients.sh starts takes.
TOO_LONG = "Rain fell all night. " * 1500
# What the server asks for, and what it has never given out.
KEY = os.environ.get("BREVE_TEST_KEY", "none-is-asked-for")
WRONG_KEY = "breve_00000000_" + "0" * 64


def base():
    """The server's address, without a slash at its end."""
    return sys.argv[1].rstrip("/")


def native(path, **body):
    """Breve's own answer, which a client's is compared with."""
    headers = {"content-type": "application/json", "authorization": f"Bearer {KEY}"}
    request = urllib.request.Request(base() + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def spanish(text=TEXT):
    """Breve's own translation."""
    return native("/v1/translate", text=text, source="en", target="es")["translations"][0]["text"]


def summary(language="en", **options):
    """Breve's own summary of the article."""
    return native("/v1/summarize", text=ARTICLE, targets=[language], **options)["summaries"][language]


class Checks:
    """Runs cases one after another; a case that fails is told of and does not stop the others."""

    def __init__(self, package):
        self.name = f"{package} {version(package)}"
        self.count = self.failed = 0

    def _tell(self, what, fault=None):
        self.count += 1
        self.failed += fault is not None
        print(f"[clients] {self.name}: {what}: {'ok' if fault is None else 'FAILED: ' + fault}", flush=True)

    def equal(self, what, call, expected):
        """`call` gives `expected`."""
        try:
            got = call()
        except Exception as error:  # whatever it is, the other cases go on
            return self._tell(what, f"{type(error).__name__}: {error}")
        self._tell(what, None if got == expected else f"{got!r}, not {expected!r}")

    def raises(self, what, call, kind, has=lambda error: True):
        """`call` raises exactly `kind`, of which `has` is true."""
        try:
            got = call()
        except Exception as error:
            fine = type(error) is kind and has(error)
            return self._tell(what, None if fine else f"{type(error).__name__}, not {kind.__name__}: {error}")
        self._tell(what, f"no {kind.__name__} but {got!r}")

    def end(self):
        """Ends the program; 1 where anything failed."""
        print(f"[clients] {self.name}: {self.count - self.failed} of {self.count} went well", flush=True)
        sys.exit(self.failed > 0)
