"""libretranslatepy against Breve: check_libretranslate.py http://HOST:PORT"""
import json
from urllib.error import HTTPError

from checks import KEY, TEXT, TOO_LONG, WRONG_KEY, Checks, base, spanish
from libretranslatepy import LibreTranslateAPI

checks = Checks("libretranslatepy")
client = LibreTranslateAPI(base(), api_key=KEY)


def refused(part, status=400):
    """An error, of 400 as LibreTranslate's own server gives for most, whose message holds `part`."""
    return lambda error: error.code == status and part in json.load(error)["error"]


checks.equal("translate", lambda: client.translate(TEXT, "en", "es"), spanish())
checks.equal("translate from auto", lambda: client.translate(TEXT, "auto", "es"), spanish())
checks.equal("translate into the text's own language", lambda: client.translate(TEXT, "en", "en"), TEXT)
checks.equal("detect", lambda: client.detect("Nadie se fue de la sala.")[0]["language"], "es")
checks.equal("detect in percent", lambda: 50 < client.detect("Nadie se fue de la sala.")[0]["confidence"] <= 100, True)
checks.equal(
    "languages",
    lambda: client.languages(),
    [
        {"code": "en", "name": "English", "targets": ["en", "es"]},
        {"code": "es", "name": "Spanish", "targets": ["en", "es"]},
    ],
)
for call in ("translate", "detect"):
    arguments = (TEXT,) if call == "detect" else (TEXT, "en", "es")
    for what, key in (("no key", None), ("a wrong key", WRONG_KEY)):
        ask = getattr(LibreTranslateAPI(base() + "/", api_key=key), call)
        checks.raises(f"{call} with {what}", lambda: ask(*arguments), HTTPError, refused("key", 403))
checks.raises("empty text", lambda: client.translate("", "en", "es"), HTTPError, refused("empty"))
checks.raises("too long", lambda: client.translate(TOO_LONG, "en", "es"), HTTPError, refused("limit"))
checks.raises("unsupported language", lambda: client.translate(TEXT, "en", "fr"), HTTPError, refused("French"))
checks.raises("no language", lambda: client.translate(TEXT, "en", "xx"), HTTPError, refused("xx"))
checks.raises("detect in nothing", lambda: client.detect(""), HTTPError, refused("q"))
checks.end()
