"""deepl against Breve: check_deepl.py http://HOST:PORT"""
import deepl
from checks import KEY, TEXT, TOO_LONG, WRONG_KEY, Checks, base, spanish

checks = Checks("deepl")
client = deepl.DeepLClient(KEY, server_url=base())


def status(code, part=""):
    return lambda error: error.http_status_code == code and part in str(error)


def translate(text=TEXT, source="EN", target="ES", **options):
    return client.translate_text(text, source_lang=source, target_lang=target, **options)


checks.equal("translate_text", lambda: translate().text, spanish())
checks.equal("billed_characters", lambda: translate().billed_characters, len(TEXT))
checks.equal("translate_text of many", lambda: [each.text for each in translate([TEXT, "…"])], [spanish(), "…"])
checks.equal("the language found", lambda: translate(source=None).detected_source_lang, "EN")
checks.equal("a variety of the target", lambda: translate(target="ES-419").text, spanish())
checks.equal("prefer_more", lambda: translate(formality=deepl.Formality.PREFER_MORE).text, spanish())
checks.equal("context", lambda: translate(context="Bridges.").text, spanish())
checks.equal(
    "HTML", lambda: translate(f"<p>{TEXT}</p>", tag_handling="html").text, f"<p>{spanish()}</p>"
)
checks.equal("get_source_languages", lambda: [each.code for each in client.get_source_languages()], ["EN", "ES"])
checks.equal(
    "get_target_languages",
    lambda: [each.code for each in client.get_target_languages()],
    ["EN-GB", "EN-US", "ES", "ES-419"],
)
checks.equal("get_usage", lambda: client.get_usage().any_limit_reached, False)
stranger = deepl.DeepLClient(WRONG_KEY, server_url=base())
checks.raises("a wrong key", lambda: stranger.translate_text(TEXT, target_lang="ES"), deepl.AuthorizationException)
checks.raises("usage with a wrong key", lambda: stranger.get_usage(), deepl.AuthorizationException)
checks.raises("empty text, by the client itself", lambda: translate(""), ValueError)
checks.raises("empty text", lambda: translate(" "), deepl.DeepLException, status(400, "empty"))
checks.raises("too long", lambda: translate(TOO_LONG), deepl.DeepLException, status(413))
checks.raises("unsupported language", lambda: translate(target="FR"), deepl.DeepLException, status(400, "French"))
checks.raises("no language", lambda: translate(target="XX"), deepl.DeepLException, status(400, "target_lang"))
checks.raises(
    "a glossary", lambda: translate(glossary="8b7b5bd6"), deepl.DeepLException, status(400, "glossary_id")
)
checks.raises(
    "formality", lambda: translate(formality=deepl.Formality.MORE), deepl.DeepLException, status(400, "formality")
)
checks.raises("XML", lambda: translate(tag_handling="xml"), deepl.DeepLException, status(400, "tag_handling"))
checks.raises("what Breve has not", lambda: client.list_glossaries(), deepl.GlossaryNotFoundException, status(404))
checks.end()
