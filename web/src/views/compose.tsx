import { useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import {
  draft, draftCharacters, isDraftEmpty, isEditing, isEditorOpen, notices, openFiles, summarizeDraft,
} from "../state/draft";
import { cancel, reset, run } from "../state/run";
import { limit } from "../state/service";
import { ACCEPTED } from "../open";
import { EXAMPLE } from "../text/example";
import { Meter } from "./meter";
import { Options } from "./options";

const isTooLong = () => limit.value !== undefined && draftCharacters.value > limit.value;

export function Compose() {
  const [isDropping, setDropping] = useState(false);
  const over = (event: DragEvent) => {
    event.preventDefault();
    setDropping(true);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setDropping(false);
    void openFiles(event.dataTransfer?.files);
  };
  return (
    <section class={`compose${isDropping ? " dropping" : ""}`} aria-label={t("article")} onDragOver={over} onDrop={drop}
      onDragLeave={() => setDropping(false)}>
      {isEditorOpen.value && <Editor />}
      {isDropping && <p class="drop" aria-hidden="true">{t("article.drop")}</p>}
      <Notices />
      <Options />
      <Actions />
    </section>
  );
}

function Editor() {
  return (
    <div class="editor">
      <div class="editor-head">
        <label for="article">{t("article")}</label>
        <FileButton />
        <button type="button" class="quiet" onClick={() => (draft.value = EXAMPLE)}>{t("article.example")}</button>
        {draft.value && <button type="button" class="quiet" onClick={clear}>{t("article.clear")}</button>}
      </div>
      <textarea id="article" rows={8} spellcheck={false} value={draft.value} placeholder={t("article.placeholder")}
        aria-describedby="article-hint meter" onInput={(event) => (draft.value = event.currentTarget.value)} />
      <p id="article-hint" class="hint">{t("article.hint")}</p>
      <Meter />
    </div>
  );
}

function clear(): void {
  draft.value = "";
  notices.value = [];
  document.getElementById("article")?.focus();
}

function FileButton() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="quiet" onClick={() => input.current?.click()}>{t("article.open")}</button>
      <input ref={input} type="file" hidden accept={ACCEPTED} aria-label={t("article.open")}
        onChange={(event) => {
          const field = event.currentTarget;
          void openFiles(field.files).then(() => (field.value = ""));
        }} />
    </>
  );
}

function Notices() {
  return (
    <div role="status">
      {notices.value.map(({ key, params, kind }) => <p key={key} class={`notice ${kind}`}>{t(key, params)}</p>)}
    </div>
  );
}

function Actions() {
  const isRunning = run.value.phase === "running";
  const isFirst = run.value.phase === "idle";
  return (
    <div class="actions">
      {isRunning
        ? <button type="button" class="primary" onClick={cancel}>{t("cancel")}</button>
        : <button type="button" class="primary" aria-disabled={isDraftEmpty.value || isTooLong()} onClick={submit}>
            {t(isFirst ? "summarize" : "again")}
          </button>}
      {!isEditorOpen.value && !isRunning && (
        <>
          <button type="button" onClick={edit}>{t("article.edit")}</button>
          <button type="button" onClick={another}>{t("article.new")}</button>
        </>
      )}
    </div>
  );
}

/** A button that only looks disabled can be reached, and says what is missing. */
function submit(): void {
  if (isDraftEmpty.value) notices.value = [{ key: "meter.empty", params: {}, kind: "refused" }];
  else if (!isTooLong()) summarizeDraft();
}

function edit(): void {
  isEditing.value = true;
  requestAnimationFrame(() => document.getElementById("article")?.focus());
}

function another(): void {
  reset();
  draft.value = "";
  edit();
}
