import { signal } from "@preact/signals";
import type { Answer } from "../api/types";
import type { Settings } from "./settings";
import { keep, ownName, stored } from "./storage";

/** The last summaries, kept in this browser only. */

export interface Entry {
  id: string;
  at: number;
  text: string;
  settings: Settings;
  answer: Answer;
}

const KEPT = 20;
const SWITCH = "breve.history";

export const keepsHistory = signal(stored(SWITCH) !== "off");
/** The last first; undefined until they are read, which is when somebody looks: they hold whole articles. */
export const entries = signal<Entry[] | undefined>(undefined);
/** Whether the browser refuses to keep anything. */
export const isRefused = signal(false);

const asPromise = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const request = indexedDB.open(ownName("breve"), 1);
  request.onupgradeneeded = () => request.result.createObjectStore("history", { keyPath: "id" });
  const database = await asPromise(request);
  const transaction = database.transaction("history", mode);
  transaction.oncomplete = () => database.close();
  return transaction.objectStore("history");
}

/** Runs `work`, and tells where the browser keeps nothing. */
async function told(work: () => Promise<void>): Promise<void> {
  try {
    await work();
    isRefused.value = false;
  } catch {
    isRefused.value = true;
  }
}

export const readHistory = () =>
  told(async () => {
    entries.value = await lastFirst(await store("readonly"));
  });

const lastFirst = async (all: IDBObjectStore) =>
  ((await asPromise(all.getAll())) as Entry[]).sort((a, b) => b.at - a.at);

export const keepInHistory = (entry: Omit<Entry, "id" | "at">) =>
  told(async () => {
    if (!keepsHistory.value) return;
    const all = await store("readwrite");
    const kept = { ...entry, id: entry.answer.id, at: Date.now() };
    const before = (await lastFirst(all)).filter(({ id }) => id !== kept.id);
    for (const { id } of before.slice(KEPT - 1)) all.delete(id);
    await asPromise(all.put(kept));
    if (entries.value) entries.value = [kept, ...before.slice(0, KEPT - 1)];
  });

export const forget = (id: string) =>
  told(async () => {
    await asPromise((await store("readwrite")).delete(id));
    await readHistory();
  });

export const clearHistory = () =>
  told(async () => {
    await asPromise((await store("readwrite")).clear());
    entries.value = [];
  });

export function setKeepsHistory(keeps: boolean): void {
  keepsHistory.value = keeps;
  keep(SWITCH, keeps ? "" : "off");
}
