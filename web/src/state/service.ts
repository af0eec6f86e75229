import { signal } from "@preact/signals";
import * as client from "../api/client";
import { Problem } from "../api/problem";
import type { Language, Model } from "../api/types";
import { keyDialog } from "./key";

/** What the service has. */

export const limit = signal<number | undefined>(undefined);
export const models = signal<Model[] | undefined>(undefined);
export const languages = signal<Language[]>([]);
export const problem = signal<Problem | undefined>(undefined);

/** Reads what the page shows of the service. A key that is asked for is asked of the reader. */
export async function readService(): Promise<void> {
  client.serviceSettings().then(({ charLimit }) => (limit.value = charLimit), () => undefined);
  await readModels();
  if (problem.value?.code === "unauthorized") keyDialog.value = "refused";
  languages.value = await client.languages().catch(() => []);
}

export async function readModels(): Promise<void> {
  try {
    models.value = await client.models();
    problem.value = undefined;
  } catch (error) {
    problem.value = Problem.of(error);
  }
}

export const isInstalled = ({ state }: Model) => ["ready", "loading", "loaded"].includes(state);
