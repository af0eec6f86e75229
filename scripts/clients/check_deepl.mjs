// deepl-node against Breve: check_deepl.mjs http://HOST:PORT
import * as deepl from "deepl-node";
import { Checks, KEY, TEXT, TOO_LONG, WRONG_KEY, base, spanish } from "./checks.mjs";

const checks = new Checks("deepl-node");
const client = new deepl.DeepLClient(KEY, { serverUrl: base });
const has = (part) => (error) => error.message.includes(part);
const translate = (text = TEXT, target = "es", options = {}) => client.translateText(text, "en", target, options);

await checks.equal("translateText", async () => (await translate()).text, spanish());
await checks.equal("billedCharacters", async () => (await translate()).billedCharacters, TEXT.length);
await checks.equal(
    "translateText of many",
    async () => (await translate([TEXT, "…"])).map((each) => each.text),
    spanish().then((text) => [text, "…"]),
);
await checks.equal("the language found", async () => (await client.translateText(TEXT, null, "es")).detectedSourceLang, "en");
await checks.equal("a variety of the target", async () => (await translate(TEXT, "es-419")).text, spanish());
await checks.equal(
    "HTML",
    async () => (await translate(`<p>${TEXT}</p>`, "es", { tagHandling: "html" })).text,
    spanish().then((text) => `<p>${text}</p>`),
);
await checks.equal("getSourceLanguages", async () => (await client.getSourceLanguages()).map((each) => each.code), ["en", "es"]);
await checks.equal(
    "getTargetLanguages",
    async () => (await client.getTargetLanguages()).map((each) => each.code),
    ["en-GB", "en-US", "es", "es-419"],
);
await checks.equal("getUsage", async () => (await client.getUsage()).anyLimitReached(), false);
const stranger = new deepl.DeepLClient(WRONG_KEY, { serverUrl: base });
await checks.throws("a wrong key", () => stranger.translateText(TEXT, "en", "es"), deepl.AuthorizationError);
await checks.throws("empty text", () => translate(" "), deepl.DeepLError, has("empty"));
await checks.throws("too long", () => translate(TOO_LONG), deepl.DeepLError, has("413"));
await checks.throws("unsupported language", () => translate(TEXT, "fr"), deepl.DeepLError, has("French"));
await checks.throws("no language", () => translate(TEXT, "xx"), deepl.DeepLError, has("target_lang"));
await checks.throws("formality", () => translate(TEXT, "es", { formality: "more" }), deepl.DeepLError, has("formality"));
await checks.throws("a glossary", () => translate(TEXT, "es", { glossary: "8b7b5bd6" }), deepl.DeepLError, has("glossary_id"));
await checks.throws("what Breve has not", () => client.listGlossaries(), deepl.GlossaryNotFoundError);
checks.end();
