import { computed, signal } from "@preact/signals";
import { summarize, type SummaryEvent } from "../api/client";
import { Problem } from "../api/problem";
import type { Answer, Plan, Progress, Sentence } from "../api/types";
import { keyDialog } from "./key";
import { keepInHistory } from "./history";
import { recordPace } from "./pace";
import { requestOf, type Settings } from "./settings";
import { clearLight, shownColumn } from "./light";

/** One article on its way to a summary. */
export interface Run {
  phase: "idle" | "running" | "done" | "failed" | "cancelled";
  text: string;
  settings?: Settings;
  plan?: Plan;
  progress?: Progress;
  sentences: Sentence[];
  answer?: Answer;
  /** Whether the service had the answer at hand. */
  wasKept?: boolean;
  problem?: Problem;
}

const IDLE: Run = { phase: "idle", text: "", sentences: [] };

export const run = signal<Run>(IDLE);

/** The languages of the columns beside the source. */
export const columns = computed<string[]>(() => {
  const { answer, plan } = run.value;
  return answer ? Object.keys(answer.summaries) : (plan?.targets ?? []);
});

let controller: AbortController | undefined;

export function reset(): void {
  controller?.abort();
  clearLight();
  // The next summary may lack that column.
  shownColumn.value = "";
  run.value = IDLE;
}

export function cancel(): void {
  controller?.abort();
  if (run.value.phase === "running") run.value = { ...run.value, phase: "cancelled" };
}

export function show(text: string, settings: Settings, answer: Answer): void {
  reset();
  run.value = { phase: "done", text, settings, sentences: answer.sentences, answer };
}

export async function start(text: string, settings: Settings): Promise<void> {
  reset();
  const own = (controller = new AbortController());
  run.value = { phase: "running", text, settings, sentences: [] };
  try {
    for await (const event of summarize(requestOf(text, settings), own.signal)) {
      if (own.signal.aborted) return;
      run.value = after(run.value, event);
      if (event.name === "done") finish(text, settings, event.answer, event.wasKept);
    }
  } catch (error) {
    if (!own.signal.aborted) fail(Problem.of(error));
  }
}

function after(before: Run, event: SummaryEvent): Run {
  switch (event.name) {
    case "plan": return { ...before, plan: event.plan };
    case "progress": return { ...before, progress: event.progress };
    case "sentence": return { ...before, sentences: [...before.sentences, event.sentence] };
    case "done": return {
      ...before, phase: "done", answer: event.answer, sentences: event.answer.sentences, wasKept: event.wasKept,
    };
  }
}

function finish(text: string, settings: Settings, answer: Answer, wasKept: boolean): void {
  if (!wasKept) recordPace(settings, answer);
  void keepInHistory({ text, settings, answer });
}

function fail(problem: Problem): void {
  run.value = { ...run.value, phase: "failed", problem };
  if (problem.code === "unauthorized") keyDialog.value = "refused";
}
