import { inLanguage, type Fact } from "../api/types";
import { languageName, t, tOr } from "../i18n";
import { isLit, isPinned, lights, pinAndShow } from "../state/light";
import { columns, run } from "../state/run";
import { countByStatus, isIn, statusOrder } from "../text/facts";
import { Icon } from "./icons";

export function FactsPanel({ facts }: { facts: Fact[] }) {
  const order = facts.map((_, index) => index).sort((a, b) => statusOrder(facts[a]!, facts[b]!));
  return (
    <section class="panel facts" aria-labelledby="facts-title">
      <h2 id="facts-title">{t("facts")}</h2>
      {facts.length === 0 ? <p>{t("facts.none")}</p> : (
        <>
          <p class="hint">{t("facts.hint")}</p>
          <p class="counts">{counts(facts)}</p>
          <FactsTable facts={facts} order={order} />
        </>
      )}
    </section>
  );
}

function counts(facts: Fact[]): string {
  const { invented, missing, reformatted, kept } = countByStatus(facts);
  return t("facts.counts", {
    invented: t("facts.invented", { n: invented }), missing: t("facts.missing", { n: missing }),
    reformatted: t("facts.reformatted", { n: reformatted }), kept: t("facts.kept", { n: kept }),
  });
}

function FactsTable({ facts, order }: { facts: Fact[]; order: number[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t("facts.status")}</th>
          <th scope="col">{t("facts.source")}</th>
          {columns.value.map((code) => <th scope="col" key={code}>{languageName(code)}</th>)}
          <th scope="col">{t("facts.kind")}</th>
        </tr>
      </thead>
      <tbody>{order.map((index) => <FactRow key={index} fact={facts[index]!} index={index} />)}</tbody>
    </table>
  );
}

function FactRow({ fact, index }: { fact: Fact; index: number }) {
  const column = fact.source ? "source" : (columns.value.find((code) => inLanguage(fact, code)) ?? "source");
  const source = run.value.answer?.source.language;
  const show = () => pinAndShow({ kind: "fact", indexes: [index] }, column, ...placesOf(fact, index));
  return (
    <tr class={`${fact.status}${isLit("fact", index) ? " lit" : ""}`} {...lights("fact", index)} onClick={show}>
      <td>
        <button type="button" class="fact-status" aria-pressed={isPinned("fact", index)} aria-label={spoken(fact)}>
          <Icon name={fact.status} /> {t(`status.fact.${fact.status}`)}
        </button>
      </td>
      <Cell label={t("facts.source")} text={fact.source ?? ""} language={source} />
      {columns.value.map((code) => <Cell key={code} label={languageName(code)} text={inLanguage(fact, code)} language={code} />)}
      <td class="kind" data-label={t("facts.kind")}>{tOr(`kind.${fact.kind}`, fact.kind)}</td>
    </tr>
  );
}

/** Where a fact may be shown, the likeliest first: in the passages that support a sentence which holds it. */
function placesOf(fact: Fact, index: number): string[] {
  const found = `[data-fact="${index}"]`;
  const holding = run.value.sentences.flatMap((sentence, at) => (isIn(sentence, fact) ? [at] : []));
  return [...holding.map((at) => `.source-text [data-sources~="${at}"] ${found}`), `.source-text ${found}`, found];
}

function Cell({ label, text, language }: { label: string; text: string; language: string | undefined }) {
  return text
    ? <td data-label={label} lang={language}>{text}</td>
    : <td data-label={label} class="absent">{t("facts.absent")}</td>;
}

function spoken(fact: Fact): string {
  const text = fact.source ?? columns.value.map((code) => inLanguage(fact, code)).find(Boolean) ?? "";
  return `${t(`status.fact.${fact.status}`)}: ${tOr(`kind.${fact.kind}`, fact.kind)} “${text}”`;
}
