import type { Fact } from "../api/types";
import { t } from "../i18n";
import { isLit, isPinned, lights, litFact, pinAndShow } from "../state/light";
import { columns, run } from "../state/run";
import { evidenceMarks, factMarks, sourceForm, type Meaning } from "../text/marks";
import { segments, type Segment } from "../text/spans";

/** The article as it was sent, with the passages that support the summary. */
export function SourceColumn() {
  const { text, sentences, answer, plan } = run.value;
  const marks = evidenceMarks(sentences);
  const begins = new Map(marks.map(({ start }) => [start, marks.filter((mark) => mark.start === start)]));
  return (
    <div class="source-text" tabIndex={0} role="region" aria-label={t("column.source")}
      lang={answer?.source.language ?? plan?.source.language}>
      {segments(text, marks).map((segment) => (
        <Passage key={segment.start} segment={segment} begins={(begins.get(segment.start) ?? []).map(({ value }) => value.index)} />
      ))}
    </div>
  );
}

/** A passage between two places where evidence begins or ends; `begins` are the sentences whose evidence begins here. */
function Passage({ segment, begins }: { segment: Segment<Meaning>; begins: number[] }) {
  const sentences = ofKind(segment, "sentence");
  const [first] = sentences;
  const text = <FactTexts text={segment.text} form={sourceForm} />;
  if (first === undefined) return text;
  const show = () => pinAndShow("sentence", first, columns.value[0] ?? "", `[data-sentence="${first}"]`);
  return (
    <mark class={sentences.some((index) => isLit("sentence", index)) ? "lit" : undefined} role="button" tabIndex={0}
      data-sources={sentences.join(" ")} data-numbers={begins.map((index) => index + 1).join(" ") || undefined}
      aria-pressed={isPinned("sentence", first)} onClick={show} onKeyDown={(event) => isPress(event) && show()}
      {...lights("sentence", first)}>
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

export function isPress(event: KeyboardEvent): boolean {
  const isOne = event.key === "Enter" || event.key === " ";
  if (isOne) event.preventDefault();
  return isOne;
}
