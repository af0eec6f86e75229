import { signal } from "@preact/signals";
import type { Answer, UsedModels } from "../api/types";
import type { Settings } from "./settings";
import { keep, stored } from "./storage";

/** How long answers took with each set of models. Kept in this browser only. */

/** An answer: the article's characters, and milliseconds. */
export type Sample = [characters: number, milliseconds: number];

const PACES = "breve.pace";
const CHOSEN = "breve.chosen";
const KEPT_SAMPLES = 9;
const KEPT_SETS = 8;

const areSamples = (value: unknown): value is Sample[] => Array.isArray(value) && value.length > 0 && value.every(isSample);

const isSample = (one: unknown) =>
  Array.isArray(one) && one.length === 2 && one.every(Number.isFinite) && (one as Sample)[0] > 0;

const isName = (value: unknown): value is string => typeof value === "string";

const paces = signal(readMap(PACES, areSamples));

/** Which set of models the service last chose for what was asked. */
const chosen = signal(readMap(CHOSEN, isName));

function readMap<T>(name: string, isValue: (value: unknown) => value is T): Map<string, T> {
  try {
    const found = JSON.parse(stored(name) ?? "[]") as unknown[];
    return new Map(found.filter((one): one is [string, T] => Array.isArray(one) && isName(one[0]) && isValue(one[1])));
  } catch {
    return new Map();
  }
}

/** `before` with a new last entry, without its oldest where there are too many; kept under `name`. */
function added<T>(name: string, before: Map<string, T>, key: string, value: T): Map<string, T> {
  const others = [...before].filter(([other]) => other !== key);
  const entries = [...others, [key, value] as const].slice(-KEPT_SETS);
  keep(name, JSON.stringify(entries));
  return new Map(entries);
}

/** One name for models that work together, whatever their revisions. */
export function nameOf({ summarizer, translator, translators }: UsedModels): string {
  const others = [...new Set(translators ?? (translator ? [translator] : []))];
  return [summarizer, ...others.sort()].map((model) => model.replace(/@.*/, "")).join("+");
}

const asked = ({ model, mode, targets }: Settings, source: string) => JSON.stringify([model, mode, source, targets]);

export function recordPace(settings: Settings, { source, models, timings_ms }: Answer): void {
  if (source.characters === 0) return;
  const name = nameOf(models);
  const samples = [...(paces.value.get(name) ?? []), [source.characters, timings_ms.total] as Sample].slice(-KEPT_SAMPLES);
  paces.value = added(PACES, paces.value, name, samples);
  chosen.value = added(CHOSEN, chosen.value, asked(settings, source.language), name);
}

/**
 * Seconds that a text of so many characters in `source` takes, as measured with `models`, or, where these are not known,
 * with those that were last chosen for such a request.
 */
export function measuredSeconds(
  models: UsedModels | undefined, settings: Settings, source: string, characters: number,
): number | undefined {
  const name = models ? nameOf(models) : chosen.value.get(asked(settings, source));
  const samples = paces.value.get(name ?? "");
  if (!samples) return undefined;
  const { fixed, perCharacter } = fitted(samples);
  return (fixed + perCharacter * characters) / 1000;
}

// What a text of one sentence takes with the built-in models.
const SMALL_FIXED_MS = 50;

/**
 * Milliseconds for any text, and for each character, by the medians of what pairs of samples tell (Theil and Sen): one
 * answer that had to wait for a model to load changes little. Texts of one length tell the second part alone.
 */
export function fitted(samples: Sample[]): { fixed: number; perCharacter: number } {
  const slopes = samples.flatMap(([x, y], at) =>
    samples.slice(at + 1).filter(([other]) => other !== x).map(([other, time]) => (time - y) / (other - x)));
  const slope = Math.max(0, median(slopes));
  const fixed = median(samples.map(([x, y]) => y - slope * x));
  if (slopes.length > 0 && fixed >= 0) return { fixed, perCharacter: slope };
  return { fixed: SMALL_FIXED_MS, perCharacter: Math.max(0, median(samples.map(([x, y]) => (y - SMALL_FIXED_MS) / x))) };
}

/** The lower of two in the middle: what disturbs an answer makes it take longer. */
function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
