import { t } from "../i18n";
import { run } from "../state/run";
import { Compose } from "./compose";
import { RunProblem } from "./problem";
import { Result } from "./result";
import { Status } from "./status";

export function SummarizeView() {
  const { phase, plan, answer } = run.value;
  return (
    <>
      <div class={phase === "idle" ? "intro" : "offscreen"}>
        <h1>{t("tagline")}</h1>
        <p>{t("intro")}</p>
      </div>
      <Compose />
      <Status />
      {phase === "failed" && <RunProblem />}
      {(plan || answer) && <Result />}
    </>
  );
}
