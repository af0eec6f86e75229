import { useState } from "preact/hooks";
import type { Model, ModelState } from "../api/types";
import { bytes, languageNames, pairName, t } from "../i18n";
import { doings, isBusy, load, pull, remove, stopWatching, unload } from "../state/pulls";
import { isInstalled } from "../state/service";
import { keepFocus, onPress } from "./press";
import { ProblemBox } from "./problem";
import { Sure } from "./sure";

const FEW = 4;

export function ModelCard({ model }: { model: Model }) {
  const { id, description, reason } = model;
  const state = shownState(model);
  return (
    <li class="model" data-model={id} data-state={state}>
      <div class="model-head">
        <h3 tabIndex={-1}>{id}</h3>
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
  const { id, state, download } = model;
  const doing = doings.value[id];
  const done = doing?.done ?? download?.done_bytes;
  const total = doing?.total ?? download?.total_bytes;
  const isMoving = isBusy(id) || state === "downloading";
  const isPast = doing?.isLeft && state !== "downloading";
  return (
    <div class="doings">
      {isMoving && <Progress id={id} done={done} total={total} />}
      <p role="status">{isPast ? "" : doing?.told}</p>
      {doing?.problem && <ProblemBox problem={doing.problem} onRetry={() => void focusing(id, again(model))} />}
    </div>
  );
}

/** Keeps the focus on the card: its buttons come and go, and it may move to the other list. */
async function focusing(id: string, work: Promise<void>): Promise<void> {
  const heading = `[data-model="${CSS.escape(id)}"] h3`;
  keepFocus(heading);
  await work;
  keepFocus(heading);
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

const ACTIONS = { pull, watch: pull, load, unload };

const ACTION_OF: Partial<Record<ModelState, keyof typeof ACTIONS>> = {
  available: "pull", failed: "pull", downloading: "watch", ready: "load", loaded: "unload",
};

function ModelActions({ model }: { model: Model }) {
  const { id, state, size_bytes } = model;
  if (isBusy(id)) return doings.value[id]?.what === "pull" ? <StopButton id={id} /> : null;
  const action = ACTION_OF[state];
  return (
    <div key="actions" class="actions">
      {action && (
        <button type="button" key={action} aria-label={t(`models.${action}.of`, { model: id })}
          onClick={onPress(() => void focusing(id, ACTIONS[action](id)))}>
          {t(`models.${action}`)}
        </button>
      )}
      {isInstalled(model) && size_bytes > 0 && <Removal model={model} />}
    </div>
  );
}

function StopButton({ id }: { id: string }) {
  const stop = onPress(() => stopWatching(id));
  return <div key="stop" class="actions"><button type="button" onClick={stop}>{t("models.stop")}</button></div>;
}

/** Asks once before anything is deleted. */
function Removal({ model }: { model: Model }) {
  const [isAsked, setAsked] = useState(false);
  const { id, disk_bytes } = model;
  const close = () => {
    setAsked(false);
    keepFocus(`[data-model="${CSS.escape(id)}"] .remove`);
  };
  const title = t("models.remove.of", { model: id });
  if (!isAsked) return <button type="button" class="remove" aria-label={title} onClick={() => setAsked(true)}>{t("remove")}</button>;
  return (
    <Sure title={title} question={t("models.remove.sure", { model: id, size: bytes(disk_bytes) })} yes={t("models.remove.yes")}
      no={t("models.remove.no")} onNo={close} onYes={() => void focusing(id, remove(model)).then(() => setAsked(false))} />
  );
}
