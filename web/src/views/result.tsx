import { languageName, t } from "../i18n";
import { shownColumn } from "../state/light";
import { columns, run } from "../state/run";
import { ChecksPanel } from "./checks";
import { Coverage } from "./coverage";
import { FactsPanel } from "./facts";
import { Icon } from "./icons";
import { SourceColumn } from "./source";
import { SummaryColumn } from "./summary";
import { Take } from "./take";

export function Result() {
  const { answer } = run.value;
  const codes = columns.value;
  // The column chosen before may have gone: a plan's language that no model could translate into.
  const shown = ["source", ...codes].includes(shownColumn.value) ? shownColumn.value : (codes[0] ?? "source");
  return (
    <section class="result" aria-label={t("result")}>
      <ColumnSwitch shown={shown} codes={codes} />
      <div class="columns" data-shown={shown} data-count={codes.length}>
        <div class={`source-side${shown === "source" ? " shown" : ""}`}>
          <h2>{t("column.source")}</h2>
          {answer && <Coverage answer={answer} />}
          <SourceColumn />
        </div>
        <div class="summary-side">
          <div class="summaries">
            {codes.map((code) => <SummaryColumn key={code} language={code} isShown={shown === code} />)}
          </div>
          <p class="hint keys">{t("column.keys")}</p>
          {answer && <Take answer={answer} />}
          {answer && <ChecksPanel answer={answer} />}
          {answer?.checks && <FactsPanel facts={answer.checks.facts} />}
        </div>
      </div>
    </section>
  );
}

/** Tells of faults in a column that may not be shown. */
function FaultSign({ column }: { column: string }) {
  const n = run.value.answer?.checks?.faults.filter(({ language }) => language === column).length ?? 0;
  return n > 0 ? <><Icon name="warning" /><span class="offscreen">{t("checks.faults", { n })}</span></> : null;
}

/** On narrow screens one column is shown at a time. */
function ColumnSwitch({ shown, codes }: { shown: string; codes: string[] }) {
  return (
    <div class="switch column-switch" role="group" aria-label={t("column.choose")}>
      {["source", ...codes].map((column) => (
        <button type="button" key={column} aria-pressed={shown === column} onClick={() => (shownColumn.value = column)}>
          {column === "source" ? t("column.source") : languageName(column)}
          <FaultSign column={column} />
        </button>
      ))}
    </div>
  );
}
