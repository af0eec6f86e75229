import { useEffect, useState } from "preact/hooks";
import { isPassing, type Problem } from "../api/problem";
import { pairName, seconds, t, tOr } from "../i18n";
import { summarizeDraft } from "../state/draft";
import { keyDialog } from "../state/key";
import { run } from "../state/run";
import { formatPlace, place } from "../state/settings";
import { keepFocus, onPress } from "./press";

/** What went wrong, what to do, and how to try again. */
export function ProblemBox({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
  const { code, detail, retryAfter } = problem;
  const wantsKey = code === "unauthorized" || (code === "forbidden" && detail.param !== "host");
  return (
    <section class="problem" aria-label={t("error.title")} data-code={code}>
      <div role="alert">
        <p class="what">{advice(problem)}</p>
        {detail.available && <p>{t("error.unsupported_language.available", { available: pairs(detail.available) })}</p>}
        {detail.message && <p class="said">{t("error.said", { message: detail.message })}</p>}
        {detail.request_id && <p class="said">{t("error.id", { id: detail.request_id })}</p>}
      </div>
      {/* The seconds that tick here would be read out each time in the alert. */}
      <div class="actions">
        <Retry after={retryAfter ?? 0} isMain={isPassing(code)} onRetry={onRetry} />
        {wantsKey && (
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
  const { problem } = run.value;
  return problem ? <ProblemBox problem={problem} onRetry={retry} /> : null;
}

function retry(): void {
  summarizeDraft();
  keepFocus(".compose button.primary");
}

const pairs = (available: string[]) => available.map(pairName).join(", ");

function advice({ code, detail }: Problem): string {
  const { limit, actual, param } = detail;
  if (code === "input_too_long" && limit !== undefined && actual !== undefined) {
    return t("error.input_too_long.limits", { limit, actual });
  }
  const scope = code === "forbidden" && missingScope(detail);
  if (scope) return t(`error.forbidden.${scope}`);
  const field = param?.split(/[.[]/)[0];
  return tOr(`error.${code}.${field}`, tOr(`error.${code}`, t("error.not_breve")));
}

/** The scope that the key lacks, where the service names it. */
const missingScope = ({ message = "", param = "" }: Problem["detail"]) =>
  (/\bscope\W+(use|manage)\b/.exec(message) ?? /^(use|manage)$/.exec(param))?.[1] as "use" | "manage" | undefined;

/** Counts down the seconds that the service asked for, then offers to try again. */
function Retry({ after, isMain, onRetry }: { after: number; isMain: boolean; onRetry: () => void }) {
  const [left, setLeft] = useState(after);
  useEffect(() => {
    const until = Date.now() + after * 1000;
    const timer = setInterval(() => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000))), 250);
    return () => clearInterval(timer);
  }, [after]);
  return (
    <button type="button" class={isMain ? "primary" : ""} disabled={left > 0} onClick={onPress(onRetry)}>
      {left > 0 ? t("retry.in", { time: seconds(left) }) : t("retry")}
    </button>
  );
}
