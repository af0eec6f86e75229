import type { Sentence, SentenceFault, SentenceRepair } from "../api/types";
import { language, percent, t, tOr } from "../i18n";
import { run } from "../state/run";
import { factsOf } from "../text/facts";
import { Icon } from "./icons";

// Below this share of its words in one passage a sentence is worth a look.
const WELL_SUPPORTED = 0.5;

const here = <T extends SentenceFault>(found: T[] | undefined, index: number, language: string): T[] =>
  (found ?? []).filter((one) => one.sentence === index && one.language === language);

const faultsOf = (index: number, language: string) => here(run.value.answer?.checks?.faults, index, language);
const repairsOf = (index: number, language: string) => here(run.value.answer?.checks?.repairs, index, language);

/** What is known of a sentence besides its words is told in each column, but for what concerns its sources. */
function sourceNote({ sources, verbatim }: Sentence, language: string): string {
  const isOriginal = run.value.answer?.source.language === language || run.value.plan?.source.language === language;
  if (sources === undefined) return "";
  if (sources.length === 0) return t("sentence.unsupported");
  const best = Math.max(...sources.map(({ score }) => score));
  if (best < WELL_SUPPORTED) return t("sentence.partly", { share: percent(best) });
  return verbatim && isOriginal ? t("sentence.verbatim") : "";
}

export const hasNotes = (sentence: Sentence, index: number, language: string) =>
  faultsOf(index, language).length + repairsOf(index, language).length > 0 || sourceNote(sentence, language) !== "";

export function Notes({ id, sentence, index, column }: {
  id: string; sentence: Sentence; index: number; column: string;
}) {
  if (!hasNotes(sentence, index, column)) return null;
  const source = sourceNote(sentence, column);
  const isVerbatim = source === t("sentence.verbatim");
  return (
    <ul class="notes" id={id} lang={language.value}>
      {faultsOf(index, column).map(({ fault }) => (
        <li key={fault} class="fault"><Icon name="warning" /> {faultText(sentence, fault)}</li>
      ))}
      {source && <li class={isVerbatim ? "" : "fault"}><Icon name={isVerbatim ? "quote" : "warning"} /> {source}</li>}
      {repairsOf(index, column).map((repair, at) => (
        <li key={at}><Icon name="mended" /> {mended(repair)}</li>
      ))}
    </ul>
  );
}

function faultText(sentence: Sentence, fault: SentenceFault["fault"]): string {
  const which = factsOf(sentence, run.value.answer?.checks?.facts ?? [], fault);
  return tOr(`fault.${fault}`, fault, { which: which.length ? `: ${which.join(", ")}` : "" });
}

const mended = ({ fault, means }: SentenceRepair) =>
  t("repair.what", { fault: tOr(`short.${fault}`, fault), means: tOr(`means.${means}`, means) });
