import type { Model, UsedModels } from "../api/types";
import { isInstalled } from "./service";
import type { Settings } from "./settings";

/** How long a summary takes, as far as the models' sizes tell, before any was measured. */

/** The models that a request would be given. */
export interface Choice {
  summarizer: Model;
  /** One for each language that has to be translated into. */
  translators: Model[];
}

export const usedModels = ({ summarizer, translators }: Choice): UsedModels => ({
  summarizer: summarizer.id, translators: translators.map(({ id }) => id),
});

const DEFAULT_TARGETS = ["en", "es"];

/** Which models the service would choose for text in `source`; undefined where that cannot be told from its list. */
export function choiceOf(models: Model[], settings: Settings, source: string): Choice | undefined {
  const installed = models.filter(isInstalled);
  const summarizer = best(summarizersFor(installed, settings, source));
  if (!summarizer || !source) return undefined;
  const targets = settings.targets.length ? settings.targets : DEFAULT_TARGETS;
  const able = targets.filter((target) => target !== source)
    .map((target) => installed.filter((model) => translates(model, source, target)))
    .filter(({ length }) => length > 0);
  const translators = able.map(best).filter((model) => model !== undefined);
  return translators.length === able.length ? { summarizer, translators } : undefined;
}

function summarizersFor(installed: Model[], { model: chosen, mode }: Settings, source: string): Model[] {
  const all = installed.filter(({ task }) => task === "summarization");
  if (chosen) return all.filter(({ id }) => id === chosen);
  const fits = ({ architecture }: Model) => mode === "auto" || (architecture === "extractive") === (mode === "extractive");
  return all.filter((model) => fits(model) && reads(model, source));
}

/** Built-in models step back behind any other. Which of several others is best, the list does not say. */
function best(models: Model[]): Model | undefined {
  const others = models.filter(({ size_bytes }) => size_bytes > 0);
  return others.length > 1 ? undefined : (others[0] ?? models[0]);
}

const reads = ({ languages }: Model, source: string) =>
  languages.kind === "any" || (languages.kind === "text" && languages.codes.includes(source));

function translates({ task, languages }: Model, source: string, target: string): boolean {
  if (task !== "translation") return false;
  if (languages.kind === "pairs") return languages.pairs.includes(`${source}-${target}`);
  return languages.kind === "between" && [source, target].every((code) => languages.codes.includes(code));
}

// Measured on 2 cores in 8 bits; docs/PERFORMANCE.md has more.
const BUILT_IN = { fixed: 0.05, perCharacter: 0.015 / 1000 };
const SUMMARIZER = { bytes: 1.22e9, seconds: 0.8, characters: 4000 };
const TRANSLATOR = { bytes: 315e6, seconds: 0.12, sentences: 3 };

export function guessedSeconds({ summarizer, translators }: Choice, characters: number, sentences: number): number {
  const pieces = Math.ceil(characters / SUMMARIZER.characters);
  const summarizing = (summarizer.size_bytes / SUMMARIZER.bytes) * SUMMARIZER.seconds * pieces;
  const translatedBytes = translators.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
  const translating = (translatedBytes / TRANSLATOR.bytes) * TRANSLATOR.seconds * (sentences / TRANSLATOR.sentences);
  return BUILT_IN.fixed + BUILT_IN.perCharacter * characters + summarizing + translating;
}

const SENTENCES = { short: 2, medium: 3, long: 6 };

export const sentencesOf = ({ format, sentences, length }: Settings) =>
  format === "headline" ? 1 : sentences || SENTENCES[length];
