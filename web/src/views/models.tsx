import { useEffect } from "preact/hooks";
import type { Model } from "../api/types";
import { t, type Key } from "../i18n";
import { keyDialog } from "../state/key";
import { isInstalled, models, problem, readModels } from "../state/service";
import { ModelCard } from "./model";
import { keepFocus } from "./press";
import { ProblemBox } from "./problem";

// Others may fetch or load models too: the list is read now and then, and often while something moves.
const REFRESH_MS = 2000;
const CALM_REFRESHES = 5;
const isMoving = ({ state }: Model) => state === "downloading" || state === "loading";

export function ModelsView() {
  useEffect(() => {
    void readModels();
    let count = 0;
    const timer = setInterval(() => {
      const isDue = models.value?.some(isMoving) || ++count % CALM_REFRESHES === 0;
      if (isDue && isWatched()) void readModels();
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  const all = models.value ?? [];
  return (
    <>
      <h1>{t("models.title")}</h1>
      <p class="hint">{t("models.hint")}</p>
      {problem.value && <ProblemBox problem={problem.value} onRetry={retry} />}
      {!models.value && !problem.value && <p role="status">{t("models.loading")}</p>}
      {models.value && <List title="models.installed" models={all.filter(isInstalled)} />}
      {models.value && <p class="hint">{t("models.unload.hint")}</p>}
      {models.value && <List title="models.available" models={all.filter((model) => !isInstalled(model))} />}
    </>
  );
}

/** Whether somebody sees the list; without the right key it would be asked for in vain. */
const isWatched = () => document.visibilityState === "visible" && problem.value?.code !== "unauthorized";

async function retry(): Promise<void> {
  await readModels();
  keepFocus("main");
  if (problem.value?.code === "unauthorized") keyDialog.value = "refused";
}

function List({ title, models }: { title: Key; models: Model[] }) {
  return (
    <section aria-label={t(title)}>
      <h2>{t(title)}</h2>
      {models.length === 0 && <p class="hint">{t("models.none")}</p>}
      <ul class="models">{models.map((model) => <ModelCard key={model.id} model={model} />)}</ul>
    </section>
  );
}
