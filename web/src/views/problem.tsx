import { useEffect, useState } from "preact/hooks";
import { isPassing, type Problem } from "../api/problem";
import { pairName, seconds, t, tOr } from "../i18n";
import { keyDialog } from "../state/key";
import { run, start } from "../state/run";
import { formatPlace, place } from "../state/settings";

/** What went wrong, what to do, and how to try again. */
export function ProblemBox({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
  const { code, detail, retryAfter } = problem;
  return (
    <section class="problem" role="alert" aria-label={t("error.title")} data-code={code}>
      <p class="what">{advice(problem)}</p>
      {detail.available && <p>{t("error.unsupported_language.available", { available: pairs(detail.available) })}</p>}
      {detail.message && <p class="said">{t("error.said", { message: detail.message })}</p>}
      {detail.request_id && <p class="said">{t("error.id", { id: detail.request_id })}</p>}
      <div class="actions">
        <Retry after={retryAfter ?? 0} isMain={isPassing(code)} onRetry={onRetry} />
        {(code === "unauthorized" || code === "forbidden") && (
          <button type="button" onClick={() => (keyDialog.value = "open")}>{t("key")}</button>
        )}
        {(code === "not_found" || code === "unsupported_language") && place.value.view !== "models" && (
          <a class="button" href={formatPlace({ ...place.value, view: "models" })}>{t("view.models")}</a>
        )}
      </div>
    </section>
  );
}

export function RunProblem() {
  const { problem, text, settings } = run.value;
  return problem && settings ? <ProblemBox problem={problem} onRetry={() => void start(text, settings)} /> : null;
}

const pairs = (available: string[]) => available.map(pairName).join(", ");

function advice({ code, detail }: Problem): string {
  const { limit, actual, param } = detail;
  if (code === "input_too_long" && limit !== undefined && actual !== undefined) {
    return t("error.input_too_long.limits", { limit, actual });
  }
  const field = param?.split(/[.[]/)[0];
  return tOr(`error.${code}.${field}`, tOr(`error.${code}`, t("error.not_breve")));
}

/** Counts down the seconds that the service asked for, then offers to try again. */
function Retry({ after, isMain, onRetry }: { after: number; isMain: boolean; onRetry: () => void }) {
  const [left, setLeft] = useState(after);
  useEffect(() => {
    const until = Date.now() + after * 1000;
    const timer = setInterval(() => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000))), 250);
    return () => clearInterval(timer);
  }, [after]);
  return (
    <button type="button" class={isMain ? "primary" : ""} disabled={left > 0} onClick={onRetry}>
      {left > 0 ? t("retry.in", { time: seconds(left) }) : t("retry")}
    </button>
  );
}
