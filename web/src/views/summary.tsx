import { inLanguage, type Sentence } from "../api/types";
import { languageName, t } from "../i18n";
import { clearLight, isLit, isPinned, lights, pinAndShow } from "../state/light";
import { columns, run } from "../state/run";
import { formIn } from "../text/marks";
import { hasNotes, Notes } from "./notes";
import { isPress } from "./press";
import { FactTexts } from "./source";

export function SummaryColumn({ language, isShown }: { language: string; isShown: boolean }) {
  const { sentences, phase, settings } = run.value;
  const format = settings?.format ?? "paragraph";
  return (
    <section class={`summary${isShown ? " shown" : ""}`} aria-labelledby={`summary-${language}`} aria-busy={phase === "running"}>
      <h2 id={`summary-${language}`}>{languageName(language)}</h2>
      {sentences.length === 0 && <p class="hint">{waiting()}</p>}
      <ol class={format} lang={language}>
        {sentences.map((sentence, index) => <Item key={index} sentence={sentence} index={index} language={language} />)}
      </ol>
    </section>
  );
}

function waiting(): string {
  const { phase, settings } = run.value;
  if (phase !== "running") return t("column.empty");
  return t(settings?.strict ? "column.strict" : "column.waiting");
}

interface ItemProps {
  sentence: Sentence;
  index: number;
  language: string;
}

function Item({ sentence, index, language }: ItemProps) {
  const id = `sentence-${language}-${index}`;
  const show = () => pinAndShow({ kind: "sentence", indexes: [index] }, "source", `[data-sources~="${index}"]`);
  return (
    <li>
      <span class={`sentence${isLit("sentence", index) ? " lit" : ""}`} id={id} role="button" tabIndex={0}
        data-sentence={index} data-language={language} aria-pressed={isPinned("sentence", index)}
        aria-describedby={hasNotes(sentence, index, language) ? `${id}-notes` : undefined}
        onClick={show} onKeyDown={(event) => (isPress(event) ? show() : move(event, index, language))}
        {...lights("sentence", index)}>
        <FactTexts text={inLanguage(sentence, language)} form={formIn(language)} />
      </span>
      <Notes id={`${id}-notes`} sentence={sentence} index={index} column={language} />
    </li>
  );
}

/** Arrow keys go to the next sentence, or to the same one in the next language. */
function move(event: KeyboardEvent, index: number, language: string): void {
  if (event.key === "Escape") return clearLight();
  const codes = columns.value;
  const column = codes.indexOf(language);
  const [down, right] = STEPS[event.key] ?? [0, 0];
  if (down === 0 && right === 0) return;
  event.preventDefault();
  document.getElementById(`sentence-${codes[column + right]}-${index + down}`)?.focus();
}

const STEPS: Record<string, [down: number, right: number]> = {
  ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1],
};
