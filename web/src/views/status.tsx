import type { UsedModels } from "../api/types";
import { languageName, languageNames, seconds, t } from "../i18n";
import { run, type Run } from "../state/run";

/** What is going on, for eyes and for screen readers. */
export function Status() {
  const current = run.value;
  if (current.phase === "idle") return null;
  return (
    <section class={`status ${current.phase}`} aria-label={t("progress")}>
      <div role="status">
        {current.plan && <p class="plan">{planned(current)}</p>}
        <p>{said(current)}</p>
      </div>
      {current.phase === "running" && <Bar run={current} />}
    </section>
  );
}

function Bar({ run: { progress } }: { run: Run }) {
  return progress
    ? <progress aria-label={t("progress")} max={progress.total} value={progress.done} />
    : <progress aria-label={t("progress")} />;
}

function planned({ plan }: Run): string {
  const { source, chunks, input_tokens, targets, models } = plan!;
  const pieces = t("status.chunks", { n: chunks });
  return t("status.plan", {
    language: languageName(source.language),
    sentences: t("status.sentences", { n: source.sentences }),
    chunks: input_tokens ? `${pieces} (${t("status.tokens", { n: input_tokens })})` : pieces,
    targets: languageNames(targets),
    models: modelNames(models),
  });
}

export const modelNames = ({ summarizer, translator, translators }: UsedModels) =>
  [summarizer, ...(translators ?? (translator ? [translator] : []))].join(", ");

function said({ phase, progress, plan, answer, sentences, wasKept }: Run): string {
  const n = answer?.sentences.length ?? 0;
  switch (phase) {
    case "done": return wasKept ? t("status.kept", { n }) : t("status.done", { n, time: seconds(answer!.timings_ms.total / 1000) });
    case "cancelled": return t(sentences.length ? "status.cancelled" : "status.cancelled.none");
    case "failed": return t("status.failed");
    default: return progress ? stage(progress) : t(plan ? "status.summarize" : "status.sent", { done: 0, total: plan?.chunks ?? 0 });
  }
}

function stage({ stage, round, done, total }: NonNullable<Run["progress"]>): string {
  if (stage === "translate") return t("status.translate", { done, total });
  return t(round > 1 ? "status.round" : "status.summarize", { done, total, round });
}
