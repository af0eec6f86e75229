import type { Answer } from "../api/types";
import { percent, t } from "../i18n";
import { isLit, pinAndShow } from "../state/light";
import { run } from "../state/run";
import { merged, total } from "../text/spans";

const WIDTH = 1000;

/** A bar as long as the article: which parts support the summary, and what share was read. */
export function Coverage({ answer }: { answer: Answer }) {
  const { coverage, sentences } = answer;
  const length = Math.max(run.value.text.length, 1);
  const ranges = sentences.flatMap(({ sources = [] }) => sources);
  const share = coverage.sentences_total ? coverage.sentences_read / coverage.sentences_total : 1;
  const words = [
    t("coverage.read", { read: coverage.sentences_read, n: coverage.sentences_total }),
    t("coverage.support", { n: merged(ranges).length, share: percent(total(ranges) / length) }),
  ].join("; ");
  return (
    <div class="coverage">
      <svg viewBox={`0 0 ${WIDTH} 16`} preserveAspectRatio="none" role="img" aria-label={`${t("coverage.label")}: ${words}`}>
        <rect class="whole" width={WIDTH} height="10" />
        {sentences.map((_, index) => <Supports key={index} answer={answer} index={index} length={length} />)}
        <rect class="unread" y="12" width={WIDTH} height="4" />
        <rect class="read" y="12" width={share * WIDTH} height="4" />
      </svg>
      <p>{words}</p>
      <Remarks answer={answer} />
    </div>
  );
}

function Supports({ answer, index, length }: { answer: Answer; index: number; length: number }) {
  const ranges = answer.sentences[index]?.sources ?? [];
  const show = () => pinAndShow({ kind: "sentence", indexes: [index] }, "source", `[data-sources~="${index}"]`);
  return (
    <>
      {ranges.map(({ start, end }) => (
        <rect key={start} class={`support${isLit("sentence", index) ? " lit" : ""}`} x={(start / length) * WIDTH}
          width={Math.max(((end - start) / length) * WIDTH, 3)} height="10" onClick={show} />
      ))}
    </>
  );
}

function Remarks({ answer: { coverage } }: { answer: Answer }) {
  return (
    <>
      {coverage.truncated && <p class="notice refused">{t("coverage.truncated")}</p>}
      {coverage.unchanged && <p class="notice told">{t("coverage.unchanged")}</p>}
      {coverage.rounds > 1 && <p>{t("coverage.rounds", { n: coverage.rounds })}.</p>}
    </>
  );
}
