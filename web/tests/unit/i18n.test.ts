import { expect, it } from "vitest";
import { fill, TEXTS, type Key, type Text } from "../../src/i18n";

const keys = Object.keys(TEXTS.en) as Key[];
const forms = (text: Text) => (typeof text === "string" ? [text] : [text.one, text.other]);
const names = (text: Text) => new Set(forms(text).flatMap((form) => [...form.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)));

it("both languages have the same keys", () => {
  expect(Object.keys(TEXTS.es)).toEqual(keys);
});

it("each text has the same blanks in both languages, and two forms in both or neither", () => {
  for (const key of keys) {
    expect(names(TEXTS.es[key]), key).toEqual(names(TEXTS.en[key]));
    expect(typeof TEXTS.es[key], key).toBe(typeof TEXTS.en[key]);
    for (const form of [...forms(TEXTS.en[key]), ...forms(TEXTS.es[key])]) expect(form.trim(), key).not.toBe("");
  }
});

it("what counts has a form for one", () => {
  for (const key of keys) for (const text of [TEXTS.en[key], TEXTS.es[key]]) {
    if (forms(text).some((form) => form.includes("{n}"))) expect(typeof text, key).toBe("object");
  }
});

it("every error code of the API is explained", () => {
  const codes = ["invalid_request", "unauthorized", "forbidden", "not_found", "method_not_allowed", "input_too_long",
    "unsupported_media_type", "unsupported_language", "rate_limited", "overloaded", "model_loading", "download_failed",
    "timeout", "internal"];
  for (const code of codes) expect(keys).toContain(`error.${code}`);
});

it("numbers are written and counted as the language does", () => {
  const text = { one: "{n} article", other: "{n} articles" };
  expect(fill(text, "en", { n: 1 })).toBe("1 article");
  expect(fill(text, "en", { n: 12345 })).toBe("12,345 articles");
  expect(fill("{n} caracteres", "es", { n: 12345 })).toBe("12.345 caracteres");
  expect(fill("{name} and {other}", "en", { name: "{other}" })).toBe("{other} and {other}");
});
