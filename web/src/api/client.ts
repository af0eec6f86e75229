import { key } from "../state/key";
import { lines, decoded } from "./lines";
import { Problem } from "./problem";
import { EventParser } from "./sse";
import type {
  Answer, ErrorDetail, Language, Model, Plan, Progress, PullLine, Sentence, SummarizeRequest,
} from "./types";

/** Sends a request to this page's own host, with the key if there is one. */
async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (key.value) headers.set("authorization", `Bearer ${key.value}`);
  const response = await fetch(path, { ...init, headers }).catch((error: unknown) => {
    throw init.signal?.aborted ? error : new Problem("unreachable", { message: String(error) });
  });
  if (!response.ok) throw await Problem.ofResponse(response);
  return response;
}

async function json<T>(path: string, init?: RequestInit): Promise<T> {
  return (await (await send(path, init)).json()) as T;
}

export interface ServiceSettings {
  keyRequired: boolean;
  charLimit: number;
}

export const serviceSettings = () => json<ServiceSettings>("frontend/settings");

export const languages = async () => (await json<{ languages: Language[] }>("v1/languages")).languages;

export const models = async () => (await json<{ models: Model[] }>("v1/models")).models;

const modelPath = (id: string) => `v1/models/${encodeURIComponent(id)}`;

export const loadModel = (id: string) => json<Model>(`${modelPath(id)}/load`, { method: "POST" });

export const unloadModel = (id: string) => json<Model>(`${modelPath(id)}/unload`, { method: "POST" });

export const removeModel = (id: string) =>
  json<{ id: string; freed_bytes: number }>(modelPath(id), { method: "DELETE" });

/** What a pull tells. Ends with its last line; a pull that fails throws. */
export async function* pullModel(id: string, signal: AbortSignal): AsyncGenerator<PullLine> {
  const response = await send(`${modelPath(id)}/pull`, { method: "POST", signal });
  let last: PullLine | undefined;
  for await (const line of lines(response.body!)) {
    last = JSON.parse(line) as PullLine;
    if (last.event === "error") throw new Problem(last.error.code, last.error);
    yield last;
  }
  if (last?.event !== "done") throw new Problem("cut_off");
}

export type SummaryEvent =
  | { name: "plan"; plan: Plan }
  | { name: "progress"; progress: Progress }
  | { name: "sentence"; index: number; sentence: Sentence }
  | { name: "done"; answer: Answer; wasKept: boolean };

/** The events of a summary. Ends with `done`; whatever goes wrong throws. */
export async function* summarize(request: SummarizeRequest, signal: AbortSignal): AsyncGenerator<SummaryEvent> {
  const response = await send("v1/summarize", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
    signal,
  });
  const wasKept = /\bhit\b/.test(response.headers.get("cache-status") ?? "");
  const parser = new EventParser();
  for await (const piece of decoded(response.body!)) {
    for (const { name, data } of parser.push(piece)) {
      const event = read(name, data, wasKept);
      if (event) yield event;
      if (event?.name === "done") return;
    }
  }
  throw new Problem("cut_off");
}

function read(name: string, data: string, wasKept: boolean): SummaryEvent | undefined {
  const value: unknown = JSON.parse(data);
  switch (name) {
    case "plan": return { name, plan: value as Plan };
    case "progress": return { name, progress: value as Progress };
    case "sentence": return sentence(value as Sentence & { index: number });
    case "done": return { name, answer: value as Answer, wasKept };
    case "error": {
      const { error } = value as { error: ErrorDetail };
      throw new Problem(error.code, error);
    }
    default: return undefined;
  }
}

function sentence(value: Sentence & { index: number }): SummaryEvent {
  const { index, ...rest } = value;
  return { name: "sentence", index, sentence: rest };
}
