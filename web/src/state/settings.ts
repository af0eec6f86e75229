import { effect, signal } from "@preact/signals";
import type { Format, Glossary, Length, Mode, SummarizeRequest } from "../api/types";

/** A term of the glossary: kept as written where `language` is empty. */
export interface Term {
  term: string;
  language: string;
  translation: string;
}

export interface Settings {
  length: Length;
  /** How many sentences; 0 where `length` says. */
  sentences: number;
  format: Format;
  strict: boolean;
  mode: Mode;
  /** The summariser; empty for the best installed. */
  model: string;
  /** The article's language; empty where the service finds it. */
  source: string;
  /** The summary's languages; empty for English and Spanish. */
  targets: string[];
  glossary: Term[];
}

export const DEFAULTS: Settings = {
  length: "medium", sentences: 0, format: "paragraph", strict: false, mode: "auto", model: "", source: "", targets: [],
  glossary: [],
};

export type View = "summarize" | "models" | "history";

export interface Place {
  view: View;
  settings: Settings;
  /** The interface's language; empty for the browser's. */
  language: string;
}

const oneOf = <T extends string>(value: string | null, allowed: readonly T[], otherwise: T): T =>
  allowed.find((one) => one === value) ?? otherwise;

/** The place that a hash such as `#/models?length=short&lang=es` names. What it does not know it leaves out. */
export function parsePlace(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const params = new URLSearchParams(query);
  return {
    view: oneOf(path, ["summarize", "models", "history"], "summarize"),
    settings: parseSettings(params),
    language: oneOf(params.get("lang"), ["en", "es"], "" as string),
  };
}

function parseSettings(params: URLSearchParams): Settings {
  const count = Number(params.get("sentences"));
  return {
    length: oneOf(params.get("length"), ["short", "medium", "long"], DEFAULTS.length),
    sentences: Number.isInteger(count) && count > 0 ? count : 0,
    format: oneOf(params.get("format"), ["paragraph", "bullets", "headline"], DEFAULTS.format),
    strict: params.get("strict") === "1",
    mode: oneOf(params.get("mode"), ["auto", "abstractive", "extractive"], DEFAULTS.mode),
    model: params.get("model") ?? "",
    source: code(params.get("source") ?? ""),
    targets: (params.get("targets") ?? "").split(",").map(code).filter(Boolean).slice(0, 8),
    glossary: params.getAll("term").flatMap(parseTerm),
  };
}

const code = (text: string) => (/^[a-z]{2,3}$/.test(text) ? text : "");

function parseTerm(text: string): Term[] {
  try {
    const [term, language = "", translation = ""] = JSON.parse(text) as unknown[];
    if (typeof term !== "string" || typeof language !== "string" || typeof translation !== "string") return [];
    return language === code(language) ? [{ term, language, translation }] : [];
  } catch {
    return [];
  }
}

/** The hash that names a place; defaults are left out. */
export function formatPlace({ view, settings, language }: Place): string {
  const params = new URLSearchParams();
  for (const name of ["length", "format", "mode", "model", "source"] as const) {
    if (settings[name] !== DEFAULTS[name]) params.set(name, settings[name]);
  }
  if (settings.sentences) params.set("sentences", String(settings.sentences));
  if (settings.strict) params.set("strict", "1");
  if (settings.targets.length) params.set("targets", settings.targets.join(","));
  for (const { term, language, translation } of settings.glossary) {
    params.append("term", JSON.stringify(language ? [term, language, translation] : [term]));
  }
  if (language) params.set("lang", language);
  const query = params.toString();
  return `#/${view === "summarize" ? "" : view}${query && `?${query}`}`;
}

/** Where the page is. The URL follows it, and it follows the URL. */
export const place = signal<Place>(parsePlace(location.hash));

export function keepPlaceInUrl(): void {
  addEventListener("hashchange", () => (place.value = parsePlace(location.hash)));
  effect(() => {
    const hash = formatPlace(place.value);
    if (hash !== location.hash && !(hash === "#/" && !location.hash)) history.replaceState(null, "", hash);
  });
}

export const setSettings = (change: Partial<Settings>) => {
  place.value = { ...place.value, settings: { ...place.value.settings, ...change } };
};

export function requestOf(text: string, settings: Settings): SummarizeRequest {
  const { length, sentences, format, strict, mode, model, source, targets } = settings;
  const glossary = glossaryOf(settings.glossary);
  return {
    text, format, mode, strict, offset_unit: "utf16", stream: true,
    ...(sentences ? { sentences } : { length }),
    ...(model && { model }),
    ...(source && { source }),
    ...(targets.length > 0 && { targets }),
    ...(glossary && { glossary }),
  };
}

/** The glossary as the API has it; unfinished lines are left out. */
export function glossaryOf(terms: Term[]): Glossary | undefined {
  const kept = terms.filter(({ term, language }) => term.trim() && !language).map(({ term }) => term.trim());
  const translated = translatedTerms(terms);
  const hasTranslated = Object.keys(translated).length > 0;
  if (!kept.length && !hasTranslated) return undefined;
  return { ...(kept.length > 0 && { protected: kept }), ...(hasTranslated && { terms: translated }) };
}

/** Translations by language and term. A term may be any text, so that none is assigned as a property. */
function translatedTerms(terms: Term[]): NonNullable<Glossary["terms"]> {
  const whole = terms.filter(({ term, language, translation }) => term.trim() && language && translation.trim());
  const ofLanguage = (code: string) =>
    whole.filter(({ language }) => language === code).map(({ term, translation }) => [term.trim(), translation.trim()] as const);
  const codes = new Set(whole.map(({ language }) => language));
  return Object.fromEntries([...codes].map((code) => [code, Object.fromEntries(ofLanguage(code))]));
}
