import { signal } from "@preact/signals";
import { bytes, type Key } from "../i18n";
import { openFile } from "../open";
import { MOST_BYTES, MOST_UNPACKED_BYTES } from "../open/limits";
import { Refusal } from "../open/refusal";
import { draft, isEditing, notices, replaceDraft, type Notice } from "./draft";
import { place } from "./settings";

let lastOpened = 0;

/** Puts the text of the first file into the editor, unless another was opened or the text changed while it was read. */
export async function openFiles(files: FileList | null | undefined): Promise<void> {
  const file = files?.[0];
  if (!file) return;
  const own = ++lastOpened;
  const before = draft.value;
  place.value = { ...place.value, view: "summarize" };
  notices.value = told(file, "told", "article.opening");
  const end = await read(file, files.length > 1, () => draft.value !== before);
  if (own !== lastOpened) return;
  notices.value = end.notices;
  if (end.text === undefined) return;
  replaceDraft(end.text);
  isEditing.value = true;
}

interface End {
  text?: string;
  notices: Notice[];
}

async function read(file: File, areSeveral: boolean, isChanged: () => boolean): Promise<End> {
  try {
    const { text, notice } = await openFile(file);
    if (isChanged()) return { notices: told(file, "refused", "open.changed") };
    const keys: Key[] = [notice ?? "article.opened", ...(areSeveral ? (["open.several"] as const) : [])];
    return { text, notices: told(file, "told", ...keys) };
  } catch (error) {
    return { notices: told(file, "refused", error instanceof Refusal ? error.key : "open.damaged") };
  }
}

function told({ name, size }: File, kind: Notice["kind"], ...keys: Key[]): Notice[] {
  const params = { name, size: bytes(size), limit: bytes(MOST_BYTES), unpacked: bytes(MOST_UNPACKED_BYTES) };
  return keys.map((key) => ({ key, params, kind }));
}

/** Whether files are held over the page. */
export const isDropping = signal(false);

// What else is dragged, such as a selected text, is the browser's to move.
const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;

/** Opens files that are dropped anywhere: the browser itself would go to the file, and the draft be lost. */
export function takeDrops(): void {
  addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    isDropping.value = true;
  });
  addEventListener("drop", (event) => {
    isDropping.value = false;
    if (!carriesFiles(event)) return;
    event.preventDefault();
    void openFiles(event.dataTransfer?.files);
  });
  addEventListener("dragleave", (event) => {
    // Between the page's own elements there is always one that is entered.
    if (!event.relatedTarget) isDropping.value = false;
  });
}
