import { describe, expect, it } from "vitest";
import { DEFAULTS, formatPlace, glossaryOf, parsePlace, requestOf, type Place } from "../../src/state/settings";

describe("the place in the URL", () => {
  it("is bare where everything is as by default", () => {
    expect(formatPlace({ view: "summarize", settings: DEFAULTS, language: "" })).toBe("#/");
    expect(parsePlace("")).toEqual({ view: "summarize", settings: DEFAULTS, language: "" });
  });

  it("comes back as it was", () => {
    const place: Place = {
      view: "models",
      language: "es",
      settings: {
        length: "long", sentences: 7, format: "bullets", strict: true, mode: "extractive", model: "a/b c&d=#?", source: "es",
        targets: ["en", "es", "pt"],
        glossary: [
          { term: "Ministry & Co, \"x\"", language: "", translation: "" },
          { term: "chief executive", language: "es", translation: "directora ejecutiva" },
        ],
      },
    };
    expect(parsePlace(formatPlace(place))).toEqual(place);
  });

  it("leaves out what it does not know", () => {
    const place = parsePlace("#/nowhere?length=huge&sentences=-2&format=%3Cb%3E&mode=x&source=../..&targets=en,,E N&term=[1]&term={&lang=fr");
    expect(place).toEqual({ view: "summarize", settings: { ...DEFAULTS, targets: ["en"] }, language: "" });
  });
});

describe("a shared link", () => {
  const glossaryIn = (term: unknown) => parsePlace(`#/?term=${encodeURIComponent(JSON.stringify(term))}`).settings.glossary;

  it("names languages by their codes, and nothing else", () => {
    for (const term of [["x", "__proto__", "y"], ["x", "constructor", "y"], ["x", "ES", "y"], ["x", 5, "y"], ["x", "es", {}]]) {
      expect(glossaryIn(term)).toEqual([]);
    }
    expect(glossaryIn(["x", "es", "y"])).toEqual([{ term: "x", language: "es", translation: "y" }]);
    expect(glossaryIn(["x"])).toEqual([{ term: "x", language: "", translation: "" }]);
  });

  it("changes no object but its own", () => {
    for (const [term, language] of [["polluted", "__proto__"], ["__proto__", "es"]] as const) {
      const { terms } = glossaryOf([{ term, language, translation: "y" }])!;
      expect(JSON.stringify(terms)).toBe(`{"${language}":{"${term}":"y"}}`);
    }
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("the request", () => {
  it("asks for offsets that slice strings, and for a stream", () => {
    expect(requestOf("Text.", DEFAULTS)).toEqual({
      text: "Text.", length: "medium", format: "paragraph", mode: "auto", strict: false, offset_unit: "utf16", stream: true,
    });
  });

  it("has a number of sentences in the place of a length", () => {
    const request = requestOf("Text.", { ...DEFAULTS, sentences: 4, model: "m", targets: ["es"] });
    expect(request).toMatchObject({ sentences: 4, model: "m", targets: ["es"] });
    expect(request).not.toHaveProperty("length");
  });

  it("leaves unfinished terms out", () => {
    expect(glossaryOf([
      { term: " Acme ", language: "", translation: "" },
      { term: "  ", language: "", translation: "" },
      { term: "half", language: "es", translation: " " },
      { term: "bank", language: "es", translation: "banco" },
    ])).toEqual({ protected: ["Acme"], terms: { es: { bank: "banco" } } });
    expect(glossaryOf([{ term: "", language: "", translation: "" }])).toBeUndefined();
  });
});
