import { inLanguage, type Fact, type FactKind, type FactStatus, type FaultKind, type Sentence } from "../api/types";
import { places } from "./spans";

const ORDER: FactStatus[] = ["invented", "missing", "reformatted", "kept"];

/** What needs a look comes first. */
export const statusOrder = (a: Fact, b: Fact) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status);

export const needsLook = ({ status }: Fact) => status === "invented" || status === "missing";

/** Of the facts that need a look, those that `sentence` holds, and whose kind a fault named `fault` is about. */
export function factsOf(sentence: Sentence, facts: Fact[], fault: FaultKind): string[] {
  const kinds = KINDS[fault] ?? [];
  const here = facts.filter((fact) => kinds.includes(fact.kind) && needsLook(fact) && isIn(sentence, fact));
  return here.map((fact) => languagesOf(sentence).map((code) => inLanguage(fact, code)).find(Boolean)!);
}

/** Whether `sentence` holds `fact`, in any language. */
export const isIn = (sentence: Sentence, fact: Fact) =>
  languagesOf(sentence).some((code) => places(inLanguage(sentence, code), inLanguage(fact, code)).length > 0);

const languagesOf = (sentence: Sentence) => Object.keys(sentence).filter((code) => typeof sentence[code] === "string");

const KINDS: Partial<Record<FaultKind, FactKind[]>> = {
  number: ["number", "date", "time", "money", "percent"], name: ["name"], quotation: ["quote"],
};

export function countByStatus(facts: Fact[]): Record<FactStatus, number> {
  const counts = { invented: 0, missing: 0, reformatted: 0, kept: 0 };
  for (const { status } of facts) counts[status] += 1;
  return counts;
}
