import { beforeEach, describe, expect, it } from "vitest";
import type { Answer } from "../../src/api/types";
import { asMarkdown, asText, escaped, exported } from "../../src/export";
import { setLanguage } from "../../src/i18n";

const answer: Answer = {
  id: "1",
  source: { language: "en", confidence: 1, characters: 9, sentences: 2 },
  summaries: { en: "One *star*. Two.", es: "Una *estrella*. Dos." },
  sentences: [{ en: "One *star*.", es: "Una *estrella*." }, { en: "Two.", es: "Dos." }],
  coverage: { chunks: 1, rounds: 1, unchanged: false, sentences_read: 2, sentences_total: 2, truncated: false },
  usage: { input_tokens: 1, output_tokens: 1 },
  checks: {
    facts: [
      { kind: "name", status: "kept", source: "Ana|Eva", en: "Ana|Eva", es: "Ana|Eva" },
      { kind: "date", status: "missing", source: "Tuesday", en: "Tuesday" },
    ],
    untranslated: 0, repeated: 0, dropped: 0, repaired: 0, untried: 0, repairs: [],
    faults: [{ sentence: 0, language: "es", fault: "number" }],
  },
  models: { summarizer: "extractive@1", translator: "tiny@2" },
  receipt: { version: 1, key: "k" },
  timings_ms: { queue: 0, summarize: 0, translate: 0, checks: 0, total: 1 },
};

beforeEach(() => setLanguage("en"));

describe("what is taken along", () => {
  it("as text: the summaries, what is wrong, and the models", () => {
    expect(asText(answer)).toBe(
      "English\n\nOne *star*. Two.\n\nSpanish\n\nUna *estrella*. Dos.\n\n" +
        "Faults that are left: Spanish 1: A number or date is wrong or missing.\n\n" +
        "Made with Breve. Models: extractive@1, tiny@2.\n",
    );
  });

  it("as Markdown: what looks like markup stays text, and facts that need a look come first", () => {
    const markdown = asMarkdown(answer, "bullets");
    expect(markdown).toContain("## English\n\n- One \\*star\\*.\n- Two.");
    expect(markdown).toContain("| Missing | Date | Tuesday | Tuesday |  |\n| As in the article | Name | Ana\\|Eva |");
    expect(asMarkdown(answer, "paragraph")).toContain("## Spanish\n\nUna \\*estrella\\*. Dos.");
  });

  it("follows the interface's language", () => {
    setLanguage("es");
    expect(asText(answer)).toContain("Hecho con Breve. Modelos:");
  });

  it("as JSON, receipt and article: exactly what there is", () => {
    expect(JSON.parse(exported("json", answer, "", "paragraph"))).toEqual(answer);
    expect(JSON.parse(exported("receipt", answer, "", "paragraph"))).toEqual(answer.receipt);
    expect(exported("article", answer, " A\r\nb \n", "paragraph")).toBe(" A\r\nb \n");
  });
});

it("no text becomes Markdown's own", () => {
  expect(escaped("<b>[x](y)</b> # `c` _d_\n\n- e")).toBe("\\<b\\>\\[x\\](y)\\</b\\> \\# \\`c\\` \\_d\\_ - e");
  expect(escaped("- not a list")).toBe("\\- not a list");
  expect(escaped("1. not a list")).toBe("1\\. not a list");
});
