import type { Fact } from "../api/types";
import { t } from "../i18n";
import { isLit, isPinned, lights, litFact, pinAndShow } from "../state/light";
import { columns, run } from "../state/run";
import { evidenceMarks, factMarks, sourceForm, type Meaning } from "../text/marks";
import { segments, type Segment } from "../text/spans";
import { isPress } from "./press";

/** The article as it was sent, with the passages that support the summary. */
export function SourceColumn() {
  const { text, sentences, answer, plan } = run.value;
  const marks = evidenceMarks(sentences);
  const begins = new Set(marks.map(({ start, value }) => beginning(start, value.index)));
  return (
    <div class="source-text" tabIndex={0} role="region" aria-label={t("column.source")}
      lang={answer?.source.language ?? plan?.source.language}>
      {segments(text, marks).map((segment) => (
        <Passage key={segment.start} segment={segment} begins={begins} />
      ))}
    </div>
  );
}

const beginning = (start: number, sentence: number) => `${start} ${sentence}`;

/** A passage between two places where evidence begins or ends, with the numbers of the sentences whose evidence begins here. */
function Passage({ segment, begins }: { segment: Segment<Meaning>; begins: Set<string> }) {
  const sentences = ofKind(segment, "sentence");
  const [first] = sentences;
  const numbers = sentences.filter((index) => begins.has(beginning(segment.start, index))).map((index) => index + 1);
  const text = <FactTexts text={segment.text} form={sourceForm} />;
  if (first === undefined) return text;
  const show = () => pinAndShow({ kind: "sentence", indexes: sentences }, columns.value[0] ?? "", `[data-sentence="${first}"]`);
  return (
    <mark class={sentences.some((index) => isLit("sentence", index)) ? "lit" : undefined} role="button" tabIndex={0}
      data-sources={sentences.join(" ")} data-numbers={numbers.join(" ") || undefined}
      aria-pressed={sentences.every((index) => isPinned("sentence", index))} onClick={show}
      onKeyDown={(event) => isPress(event) && show()} {...lights("sentence", ...sentences)}>
      {text}
    </mark>
  );
}

/** Text in which the facts that need a look, and the lit one, stand out. */
export function FactTexts({ text, form }: { text: string; form: (fact: Fact) => string }) {
  const facts = run.value.answer?.checks?.facts ?? [];
  return <>{segments(text, factMarks(text, facts, litFact.value, form)).map((segment) => <FactText key={segment.start} segment={segment} />)}</>;
}

function FactText({ segment }: { segment: Segment<Meaning> }) {
  const [index] = ofKind(segment, "fact");
  const status = index === undefined ? undefined : run.value.answer?.checks?.facts[index]?.status;
  if (index === undefined || !status) return <>{segment.text}</>;
  return <span class={`fact ${status}${isLit("fact", index) ? " lit" : ""}`} data-fact={index}>{segment.text}</span>;
}

const ofKind = ({ values }: Segment<Meaning>, kind: Meaning["kind"]) =>
  values.filter((value) => value.kind === kind).map(({ index }) => index);
