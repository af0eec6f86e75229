import type { Answer, Checks } from "../api/types";
import { pairName, t } from "../i18n";
import { formatPlace, place } from "../state/settings";
import { needsLook } from "../text/facts";
import { Icon } from "./icons";

/** What the checks found in the whole, in words. */
export function ChecksPanel({ answer }: { answer: Answer }) {
  const { checks, missing_pairs } = answer;
  return (
    <section class="panel checks-panel" aria-labelledby="checks-title">
      <h2 id="checks-title">{t("checks")}</h2>
      <ul class="remarks">
        {missing_pairs && missing_pairs.length > 0 && <MissingPairs pairs={missing_pairs} />}
        {checks ? lines(checks).map(([name, text]) => <Remark key={text} name={name} text={text} />) : <li>{t("checks.absent")}</li>}
        {answer.glossary && <GlossaryRemark {...answer.glossary} />}
      </ul>
    </section>
  );
}

type Line = [name: "warning" | "mended", text: string];

function lines({ faults, facts, dropped, untried, repaired }: Checks): Line[] {
  const found: Line[] = [];
  if (faults.length) found.push(["warning", t("checks.faults", { n: faults.length })]);
  if (dropped) found.push(["warning", t("checks.dropped", { n: dropped })]);
  if (untried) found.push(["warning", t("checks.untried", { n: untried })]);
  if (repaired) found.push(["mended", t("checks.repaired", { n: repaired })]);
  const isWell = !faults.length && !dropped && !facts.some(needsLook);
  return isWell ? [...found, ["mended", t("checks.well")]] : found;
}

function Remark({ name, text }: { name: Line[0]; text: string }) {
  return <li class={name}><Icon name={name} /> <span>{text}</span></li>;
}

function MissingPairs({ pairs }: { pairs: string[] }) {
  return (
    <li class="warning">
      <Icon name="warning" />
      <span>
        {t("checks.pairs", { pairs: pairs.map(pairName).join(", ") })}{" "}
        <a href={formatPlace({ ...place.value, view: "models" })}>{t("checks.models")}</a>
      </span>
    </li>
  );
}

function GlossaryRemark({ applied, lost }: { applied: number; lost: number }) {
  const end = lost ? t("checks.glossary.lost", { n: lost }) : ".";
  return <Remark name={lost ? "warning" : "mended"} text={t("checks.glossary", { n: applied }) + end} />;
}
