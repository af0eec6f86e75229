import { computed, signal } from "@preact/signals";
import type { Key, Params } from "../i18n";
import { bytes } from "../i18n";
import { MOST_BYTES, openFile } from "../open";
import { Refusal } from "../open/refusal";
import { run, start } from "./run";
import { place } from "./settings";

/** The article as it stands in the editor. */
export const draft = signal("");

/** Whether the editor is wanted though there is a summary. */
export const isEditing = signal(false);

/** Whether the article can be changed: there is no summary yet, or that is wanted. */
export const isEditorOpen = computed(() => {
  const { phase, plan } = run.value;
  return isEditing.value || phase === "idle" || (phase === "failed" && !plan);
});

export interface Notice {
  key: Key;
  params: Params;
  kind: "told" | "refused";
}

/** What became of the last file. */
export const notices = signal<Notice[]>([]);

// As the API counts: Unicode scalar values.
export function characters(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >> 10 === 0x36) pairs++;
  return text.length - pairs;
}

export const draftCharacters = computed(() => characters(draft.value));

export const isDraftEmpty = computed(() => !/[\p{L}\p{N}]/u.test(draft.value));

export function summarizeDraft(): void {
  isEditing.value = false;
  notices.value = [];
  void start(draft.value, place.value.settings);
  if (matchMedia(NARROW).matches) requestAnimationFrame(() => document.querySelector(".status")?.scrollIntoView());
}

// Where the summary would begin below the screen; as in result.css.
const NARROW = "(max-width: 56rem)";

export async function openFiles(files: FileList | null | undefined): Promise<void> {
  const file = files?.[0];
  if (!file) return;
  const name = file.name;
  notices.value = [{ key: "article.opening", params: { name }, kind: "told" }];
  try {
    const { text, notice } = await openFile(file);
    draft.value = text;
    isEditing.value = true;
    const keys: Key[] = [notice ?? "article.opened", ...(files.length > 1 ? (["open.several"] as const) : [])];
    notices.value = keys.map((key) => ({ key, params: { name }, kind: "told" }));
  } catch (error) {
    const key = error instanceof Refusal ? error.key : "open.damaged";
    notices.value = [{ key, params: { name, size: bytes(file.size), limit: bytes(MOST_BYTES) }, kind: "refused" }];
  }
}
