import { inLanguage, type Fact, type FactKind, type FactStatus, type FaultKind, type Sentence } from "../api/types";
import { places } from "./spans";

const ORDER: FactStatus[] = ["invented", "missing", "reformatted", "kept"];

/** What needs a look comes first. */
export const statusOrder = (a: Fact, b: Fact) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status);

export const needsLook = ({ status }: Fact) => status === "invented" || status === "missing";

/** Of the facts that need a look, those that `sentence` holds, and whose kind a fault named `fault` is about. */
export function factsOf(sentence: Sentence, facts: Fact[], fault: FaultKind): string[] {
  const kinds = KINDS[fault] ?? [];
  const languages = Object.keys(sentence).filter((code) => typeof sentence[code] === "string");
  const formsIn = (fact: Fact) => languages.map((code) => inLanguage(fact, code)).filter(Boolean);
  const isHere = (fact: Fact) => languages.some((code) => places(inLanguage(sentence, code), inLanguage(fact, code)).length > 0);
  return facts.filter((fact) => kinds.includes(fact.kind) && needsLook(fact) && isHere(fact)).map((fact) => formsIn(fact)[0]!);
}

const KINDS: Partial<Record<FaultKind, FactKind[]>> = {
  number: ["number", "date", "time", "money", "percent"], name: ["name"], quotation: ["quote"],
};

export function countByStatus(facts: Fact[]): Record<FactStatus, number> {
  const counts = { invented: 0, missing: 0, reformatted: 0, kept: 0 };
  for (const { status } of facts) counts[status] += 1;
  return counts;
}
