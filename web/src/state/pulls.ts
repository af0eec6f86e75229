import { signal } from "@preact/signals";
import * as client from "../api/client";
import { Problem } from "../api/problem";
import type { Model, PullLine } from "../api/types";
import { bytes, t } from "../i18n";
import { keyDialog } from "./key";
import { readService } from "./service";

/** What is being done with a model, and what came of it. */
export interface Doing {
  what: "pull" | "load" | "unload" | "remove";
  done?: number;
  total?: number;
  told?: string;
  /** Whether the reader stopped watching a pull, which goes on. */
  isLeft?: boolean;
  isOver: boolean;
  problem?: Problem;
}

export const doings = signal<Record<string, Doing>>({});
const controllers = new Map<string, AbortController>();

const set = (id: string, doing: Doing) => (doings.value = { ...doings.value, [id]: doing });

export const isBusy = (id: string) => doings.value[id]?.isOver === false;

export async function pull(id: string): Promise<void> {
  const controller = new AbortController();
  controllers.set(id, controller);
  await doing(id, "pull", async () => {
    try {
      for await (const line of client.pullModel(id, controller.signal)) set(id, afterLine(id, line));
      return { told: t("models.done", { model: id }) };
    } catch (error) {
      if (controller.signal.aborted) return { told: t("models.stopped"), isLeft: true };
      throw error;
    }
  });
}

function afterLine(id: string, line: PullLine): Doing {
  const before = doings.value[id] ?? { what: "pull", isOver: false };
  switch (line.event) {
    case "resolved": return {
      ...before, done: line.present_bytes, total: line.total_bytes,
      told: t("models.resolved", { n: line.files, size: bytes(line.total_bytes) }),
    };
    case "progress": return { ...before, done: line.done_bytes, total: line.total_bytes, told: line.file };
    case "verified": return { ...before, told: t("models.verified", { file: line.file }) };
    default: return before;
  }
}

/** Ends the stream; the service goes on, and a further pull joins it. */
export const stopWatching = (id: string) => controllers.get(id)?.abort();

export const load = (id: string) =>
  doing(id, "load", async () => {
    await client.loadModel(id);
    return {};
  });

export const unload = (id: string) =>
  doing(id, "unload", async () => {
    await client.unloadModel(id);
    return {};
  });

export const remove = ({ id }: Model) =>
  doing(id, "remove", async () => {
    const { freed_bytes } = await client.removeModel(id);
    return { told: t("models.removed", { model: id, size: bytes(freed_bytes) }) };
  });

/** Tells of `work` while it goes on, and of what came of it once the list of models is new. */
async function doing(id: string, what: Doing["what"], work: () => Promise<Partial<Doing>>): Promise<void> {
  set(id, { what, isOver: false });
  const end = await work().catch((error: unknown): Partial<Doing> => ({ problem: Problem.of(error) }));
  if (end.problem?.code === "unauthorized") keyDialog.value = "refused";
  await readService();
  set(id, { what, isOver: true, ...end });
}
