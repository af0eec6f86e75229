import { inLanguage, type Fact, type Sentence } from "../api/types";
import { needsLook } from "./facts";
import { places, type Mark } from "./spans";

/** What a piece of text has to do with the summary. */
export interface Meaning {
  kind: "sentence" | "fact";
  index: number;
}

/** The passages that support sentences. */
export function evidenceMarks(sentences: Sentence[]): Mark<Meaning>[] {
  return sentences.flatMap(({ sources = [] }, index) =>
    sources.map(({ start, end }) => ({ start, end, value: { kind: "sentence" as const, index } })));
}

/**
 * Where facts stand in `text`: those that need a look, and the lit one. `form` gives a fact's wording there.
 */
export function factMarks(text: string, facts: Fact[], lit: number | undefined, form: (fact: Fact) => string): Mark<Meaning>[] {
  return facts.flatMap((fact, index) =>
    needsLook(fact) || index === lit
      ? places(text, form(fact)).map((range) => ({ ...range, value: { kind: "fact" as const, index } }))
      : []);
}

export const sourceForm = (fact: Fact) => fact.source ?? "";

export const formIn = (language: string) => (fact: Fact) => inLanguage(fact, language);
