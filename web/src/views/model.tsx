import { useState } from "preact/hooks";
import type { Model, ModelState } from "../api/types";
import { bytes, languageNames, pairName, t } from "../i18n";
import { doings, isBusy, load, pull, remove, stopWatching, unload } from "../state/pulls";
import { isInstalled } from "../state/service";
import { ProblemBox } from "./problem";
import { Sure } from "./sure";

const FEW = 4;

export function ModelCard({ model }: { model: Model }) {
  const { id, description, reason } = model;
  const state = shownState(model);
  return (
    <li class="model" data-model={id} data-state={state}>
      <div class="model-head">
        <h3>{id}</h3>
        <span class={`badge ${state}`}>{t(`state.${state}`)}</span>
      </div>
      <p lang="en">{description}</p>
      <p class="traits">{traits(model).map((trait) => <span key={trait}>{trait}</span>)}</p>
      {state === "failed" && reason && <p class="notice refused">{t("models.failed", { reason })}</p>}
      <Doings model={model} />
      <ModelActions model={model} />
    </li>
  );
}

/** What this page has begun is known before the list says so. */
function shownState({ id, state }: Model): ModelState {
  if (!isBusy(id)) return state;
  const what = doings.value[id]?.what;
  return what === "pull" ? "downloading" : what === "load" ? "loading" : state;
}

function traits(model: Model): string[] {
  const { task, disk_bytes, memory_bytes, size_bytes, license } = model;
  return [
    t(`models.task.${task}`),
    served(model),
    size_bytes ? t("models.size", { size: bytes(size_bytes) }) : t("models.builtin"),
    ...(disk_bytes ? [t("models.disk", { size: bytes(disk_bytes) })] : []),
    ...(memory_bytes ? [t("models.memory", { size: bytes(memory_bytes) })] : []),
    t("models.license", { license }),
  ];
}

function served({ languages }: Model): string {
  switch (languages.kind) {
    case "any": return t("models.any");
    case "pairs": return shortened(languages.pairs, (some) => some.map(pairName).join(", "));
    case "text": return shortened(languages.codes, languageNames);
    case "between": return t("models.between", { n: languages.codes.length });
  }
}

function shortened(all: string[], told: (some: string[]) => string): string {
  return all.length > FEW ? `${told(all.slice(0, FEW))}… (${all.length})` : told(all);
}

function Doings({ model }: { model: Model }) {
  const { id, download } = model;
  const doing = doings.value[id];
  const done = doing?.done ?? download?.done_bytes;
  const total = doing?.total ?? download?.total_bytes;
  const isMoving = isBusy(id) || download !== undefined;
  return (
    <div class="doings">
      {isMoving && <Progress id={id} done={done} total={total} />}
      <p role="status">{doing?.told}</p>
      {doing?.problem && <ProblemBox problem={doing.problem} onRetry={() => void again(model)} />}
    </div>
  );
}

function Progress({ id, done = 0, total = 0 }: { id: string; done?: number | undefined; total?: number | undefined }) {
  const label = `${t("progress")}: ${id}`;
  if (!total) return <progress aria-label={label} />;
  return (
    <>
      <progress aria-label={label} max={total} value={done} />
      <p class="amount">{t("models.progress", { done: bytes(done), total: bytes(total) })}</p>
    </>
  );
}

function again(model: Model): Promise<void> {
  switch (doings.value[model.id]?.what) {
    case "remove": return remove(model);
    case "load": return load(model.id);
    case "unload": return unload(model.id);
    default: return pull(model.id);
  }
}

function ModelActions({ model }: { model: Model }) {
  const { id, state, size_bytes } = model;
  if (isBusy(id)) {
    return doings.value[id]?.what === "pull"
      ? <div class="actions"><button type="button" onClick={() => stopWatching(id)}>{t("models.stop")}</button></div>
      : null;
  }
  return (
    <div class="actions">
      {(state === "available" || state === "failed") && (
        <button type="button" aria-label={t("models.pull.of", { model: id })} onClick={() => void pull(id)}>{t("models.pull")}</button>
      )}
      {state === "ready" && (
        <button type="button" aria-label={t("models.load.of", { model: id })} onClick={() => void load(id)}>{t("models.load")}</button>
      )}
      {state === "loaded" && (
        <button type="button" aria-label={t("models.unload.of", { model: id })} onClick={() => void unload(id)}>{t("models.unload")}</button>
      )}
      {isInstalled(model) && size_bytes > 0 && <Removal model={model} />}
    </div>
  );
}

/** Asks once before anything is deleted. */
function Removal({ model }: { model: Model }) {
  const [isAsked, setAsked] = useState(false);
  const { id, disk_bytes } = model;
  if (!isAsked) {
    return <button type="button" aria-label={t("models.remove.of", { model: id })} onClick={() => setAsked(true)}>{t("remove")}</button>;
  }
  return (
    <Sure title={t("models.remove.of", { model: id })} question={t("models.remove.sure", { model: id, size: bytes(disk_bytes) })}
      yes={t("models.remove.yes")} no={t("models.remove.no")} onNo={() => setAsked(false)}
      onYes={() => void remove(model).then(() => setAsked(false))} />
  );
}
