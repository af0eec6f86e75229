import { beforeEach, describe, expect, it } from "vitest";
import type { Answer, Model } from "../../src/api/types";
import { choiceOf, guessedSeconds, sentencesOf, usedModels } from "../../src/state/guess";
import { fitted, measuredSeconds, nameOf, recordPace } from "../../src/state/pace";
import { DEFAULTS } from "../../src/state/settings";
import { likelyLanguage } from "../../src/text/likely";

const model = (id: string, size_bytes: number, languages: Model["languages"], state: Model["state"] = "ready"): Model => ({
  id, size_bytes, languages, state, license: "", description: "", disk_bytes: 0, owned_by: "",
  task: languages.kind === "pairs" || languages.kind === "between" ? "translation" : "summarization",
  architecture: id === "extractive" ? "extractive" : "other",
});

const BUILT_IN = [
  model("extractive", 0, { kind: "any" }, "loaded"),
  model("en-es-tiny", 0, { kind: "pairs", pairs: ["en-es"] }),
  model("es-en-tiny", 0, { kind: "pairs", pairs: ["es-en"] }),
];
const LARGE = model("distilbart", 1.22e9, { kind: "text", codes: ["en"] });
const OPUS = model("opus-mt-en-es", 315e6, { kind: "pairs", pairs: ["en-es"] });

const chosen = (models: Model[], settings = {}, source = "en") => {
  const choice = choiceOf(models, { ...DEFAULTS, ...settings }, source);
  return choice && nameOf(usedModels(choice));
};

describe("the models that a request would be given", () => {
  it("are the built-in ones where no other is installed", () => {
    expect(chosen(BUILT_IN)).toBe("extractive+en-es-tiny");
    expect(chosen(BUILT_IN, {}, "es")).toBe("extractive+es-en-tiny");
    expect(chosen([...BUILT_IN, model("far", 9e9, { kind: "any" }, "available")])).toBe("extractive+en-es-tiny");
  });

  it("are others where these serve the language and the mode", () => {
    const all = [...BUILT_IN, LARGE, OPUS];
    expect(chosen(all)).toBe("distilbart+opus-mt-en-es");
    expect(chosen(all, { mode: "extractive" })).toBe("extractive+opus-mt-en-es");
    expect(chosen(all, {}, "es")).toBe("extractive+es-en-tiny");
    expect(chosen(all, { model: "extractive", targets: ["en"] })).toBe("extractive");
    expect(chosen(BUILT_IN, { mode: "abstractive" })).toBeUndefined();
  });

  it("are not known where several are installed, or the language is not known", () => {
    const two = [...BUILT_IN, LARGE, model("t5", 2e8, { kind: "text", codes: ["en"] })];
    expect(chosen(two)).toBeUndefined();
    expect(chosen(two, { model: "t5" })).toBe("t5+en-es-tiny");
    expect(chosen(BUILT_IN, {}, "")).toBeUndefined();
  });
});

describe("the first guess", () => {
  const guess = (models: Model[], characters: number, sentences = 3) =>
    guessedSeconds(choiceOf(models, DEFAULTS, "en")!, characters, sentences);

  it("is quick for built-in models, and grows with the article", () => {
    expect(guess(BUILT_IN, 2000)).toBeCloseTo(0.08);
    expect(guess(BUILT_IN, 200_000)).toBeCloseTo(3.05);
  });

  it("grows with a summariser for each piece that it begins, and with a translator for each sentence", () => {
    expect(guess([...BUILT_IN, LARGE], 2000)).toBeCloseTo(0.88);
    expect(guess([...BUILT_IN, LARGE], 4001)).toBeCloseTo(0.11 + 1.6);
    expect(guess([...BUILT_IN, OPUS], 2000, 6)).toBeCloseTo(0.08 + 0.24);
  });

  it("knows how many sentences are asked for", () => {
    expect(sentencesOf(DEFAULTS)).toBe(3);
    expect(sentencesOf({ ...DEFAULTS, sentences: 9 })).toBe(9);
    expect(sentencesOf({ ...DEFAULTS, sentences: 9, format: "headline" })).toBe(1);
  });
});

describe("what was measured", () => {
  const answer = (summarizer: string, characters: number, total: number) =>
    ({ source: { language: "en", characters }, models: { summarizer, translator: "tiny@2" }, timings_ms: { total } }) as Answer;

  beforeEach(() => localStorage.clear());

  it("is told for the same models at any revision, and for no others", () => {
    recordPace(DEFAULTS, answer("a@1", 1000, 150));
    const seconds = (summarizer: string) => measuredSeconds({ summarizer, translators: ["tiny"] }, DEFAULTS, "en", 2000);
    expect(seconds("a@7")).toBeCloseTo(0.25);
    expect(seconds("b")).toBeUndefined();
  });

  it("is told of the models last chosen for such a request, where the list does not tell which these are", () => {
    recordPace(DEFAULTS, answer("c", 1000, 1050));
    expect(measuredSeconds(undefined, DEFAULTS, "en", 1000)).toBeCloseTo(1.05);
    expect(measuredSeconds(undefined, DEFAULTS, "es", 1000)).toBeUndefined();
    expect(measuredSeconds(undefined, { ...DEFAULTS, model: "x" }, "en", 1000)).toBeUndefined();
  });

  it("is a fixed part and one for each character, where two lengths tell them apart", () => {
    expect(fitted([[1000, 300], [3000, 500]])).toEqual({ fixed: 200, perCharacter: 0.1 });
    expect(fitted([[1000, 150], [1000, 150]])).toEqual({ fixed: 50, perCharacter: 0.1 });
    expect(fitted([[1000, 20]])).toEqual({ fixed: 50, perCharacter: 0 });
    expect(fitted([[1000, 6000], [1000, 150]])).toEqual({ fixed: 50, perCharacter: 0.1 });
  });

  it("is little changed by one answer that waited for a model to load", () => {
    const { fixed, perCharacter } = fitted([[1000, 9000], [2000, 400], [3000, 500], [4000, 600], [5000, 700]]);
    expect(fixed + perCharacter * 3000).toBeCloseTo(500);
  });

  it("never tells of less time for a longer text", () => {
    for (const { fixed, perCharacter } of [fitted([[1000, 900], [2000, 100]]), fitted([[1000, 10], [2000, 900]])]) {
      expect(fixed).toBeGreaterThanOrEqual(0);
      expect(perCharacter).toBeGreaterThanOrEqual(0);
    }
  });
});

it("English and Spanish are told apart at a glance, and from other texts", () => {
  expect(likelyLanguage("The leaders of both countries agreed on Tuesday to cut tariffs, and that is good for farmers.")).toBe("en");
  expect(likelyLanguage("Los líderes del país acordaron el martes una rebaja de los aranceles con el vecino del sur.")).toBe("es");
  expect(likelyLanguage("Les dirigeants des deux pays ont décidé mardi de réduire les droits de douane.")).toBe("");
  expect(likelyLanguage("")).toBe("");
});
