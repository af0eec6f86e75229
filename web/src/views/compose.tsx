import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import {
  aside, draft, focusEditor, isDraftEmpty, isDraftTooLong, isEditing, isEditorOpen, notices, putBack, replaceDraft,
  summarizeDraft,
} from "../state/draft";
import { openFiles } from "../state/files";
import { cancel, reset, run } from "../state/run";
import { ACCEPTED } from "../open";
import { EXAMPLE } from "../text/example";
import { Meter } from "./meter";
import { Options } from "./options";
import { onPress } from "./press";

export function Compose() {
  return (
    <section class="compose" aria-label={t("article")}>
      {isEditorOpen.value && <Editor />}
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
        <button type="button" class="quiet" onClick={() => replaceDraft(EXAMPLE)}>{t("article.example")}</button>
        {draft.value && <button type="button" class="quiet" onClick={clear}>{t("article.clear")}</button>}
        {aside.value && <button type="button" class="quiet" onClick={back}>{t("article.back")}</button>}
      </div>
      <textarea id="article" rows={8} spellcheck={false} value={draft.value} placeholder={t("article.placeholder")}
        aria-describedby="article-hint meter" onInput={(event) => (draft.value = event.currentTarget.value)} />
      <p id="article-hint" class="hint">{t("article.hint")}</p>
      <Meter />
    </div>
  );
}

function clear(): void {
  replaceDraft("");
  notices.value = [];
  focusEditor();
}

function back(): void {
  putBack();
  notices.value = [];
  focusEditor();
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
  return (
    <div class="actions">
      <MainButton isRunning={isRunning} />
      {!isEditorOpen.value && !isRunning && (
        <>
          <button type="button" onClick={edit}>{t("article.edit")}</button>
          <button type="button" onClick={another}>{t("article.new")}</button>
        </>
      )}
    </div>
  );
}

/** Starts or cancels. Two elements, so that a press that began on the one never ends on the other; they pass the focus on. */
function MainButton({ isRunning }: { isRunning: boolean }) {
  const button = useRef<HTMLButtonElement>(null);
  const hadFocus = button.current !== null && button.current === document.activeElement;
  useLayoutEffect(() => {
    // The reader may be far down in the summary.
    if (hadFocus) button.current?.focus({ preventScroll: true });
  }, [isRunning]);
  const shared = { ref: button, type: "button", class: "primary", onKeyDown: pressOnce } as const;
  if (isRunning) return <button key="cancel" {...shared} onClick={onPress(cancel)}>{t("cancel")}</button>;
  // A button that only looks disabled can be reached, and says what is missing.
  return (
    <button key="start" {...shared} aria-disabled={isDraftEmpty.value || isDraftTooLong.value} onClick={onPress(summarizeDraft)}>
      {t(run.value.phase === "idle" ? "summarize" : "again")}
    </button>
  );
}

/** A key that is held down would start, cancel and start. */
function pressOnce(event: KeyboardEvent): void {
  if (event.repeat) event.preventDefault();
}

function edit(): void {
  isEditing.value = true;
  focusEditor();
}

function another(): void {
  reset();
  replaceDraft("");
  edit();
}
