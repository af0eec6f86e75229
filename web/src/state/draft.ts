import { computed, signal } from "@preact/signals";
import type { Key, Params } from "../i18n";
import { EXAMPLE } from "../text/example";
import { run, start } from "./run";
import { limit } from "./service";
import { place } from "./settings";

/** The article as it stands in the editor. */
export const draft = signal("");

/** The text that another took the place of; empty where none was lost. */
export const aside = signal("");

/** Whether the editor is wanted though there is a summary. */
export const isEditing = signal(false);

/** Whether the article can be changed: there is nothing of a summary yet, or that is wanted. */
export const isEditorOpen = computed(() => {
  const { phase, plan, answer } = run.value;
  return isEditing.value || (phase !== "running" && !plan && !answer);
});

export interface Notice {
  key: Key;
  params: Params;
  kind: "told" | "refused";
}

/** What became of the last file, or what is missing. */
export const notices = signal<Notice[]>([]);

// As the API counts: Unicode scalar values.
export function characters(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >> 10 === 0x36) pairs++;
  return text.length - pairs;
}

export const draftCharacters = computed(() => characters(draft.value));

export const isDraftEmpty = computed(() => !/[\p{L}\p{N}]/u.test(draft.value));

export const isDraftTooLong = computed(() => limit.value !== undefined && draftCharacters.value > limit.value);

/** Puts `text` into the editor. A text of the reader's own that stood there can be put back. */
export function replaceDraft(text: string): void {
  const isOwn = !isDraftEmpty.value && draft.value !== EXAMPLE && draft.value !== text;
  if (isOwn) aside.value = draft.value;
  draft.value = text;
}

export function putBack(): void {
  const text = aside.value;
  aside.value = "";
  replaceDraft(text);
}

export const focusEditor = () => requestAnimationFrame(() => document.getElementById("article")?.focus());

/** Sends what stands in the editor, with the options as they are now; or says what is missing. */
export function summarizeDraft(): void {
  if (isDraftEmpty.value) notices.value = [{ key: "meter.empty", params: {}, kind: "refused" }];
  else if (isDraftTooLong.value) focusEditor();
  else begin();
}

function begin(): void {
  isEditing.value = false;
  notices.value = [];
  aside.value = "";
  void start(draft.value, place.value.settings);
  if (matchMedia(NARROW).matches) requestAnimationFrame(() => document.querySelector(".status")?.scrollIntoView());
}

// Where the summary would begin below the screen; as in result.css.
const NARROW = "(max-width: 56rem)";
