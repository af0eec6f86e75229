import { computed, effect, signal } from "@preact/signals";
import { place } from "../state/settings";
import { keep, stored } from "../state/storage";
import { en } from "./en";
import { es } from "./es";

/** A text with `{names}`; in two forms where it depends on the number `n`. */
export type Text = string | { one: string; other: string };
export type Key = keyof typeof en;
export type Params = Record<string, string | number>;
export type Interface = "en" | "es";

export const TEXTS: Record<Interface, Record<Key, Text>> = { en, es };
const NAME = "breve.language";

/** What the reader chose on this device before. */
const chosen = signal(stored(NAME) ?? "");

/** The interface's language: that of the URL, the one chosen before, or the browser's. */
export const language = computed<Interface>(() => {
  const wanted = [place.value.language, chosen.value, ...navigator.languages];
  return wanted.map((one) => one.slice(0, 2)).find((one): one is Interface => one in TEXTS) ?? "en";
});

/** How numbers and dates are written: as where the browser's reader is, if that is in the interface's language. */
const locale = computed(() => navigator.languages.find((one) => one.startsWith(language.value)) ?? language.value);

export function setLanguage(to: Interface): void {
  chosen.value = to;
  keep(NAME, to);
  place.value = { ...place.value, language: to };
}

export function keepDocumentLanguage(): void {
  effect(() => {
    document.documentElement.lang = language.value;
  });
}

export function t(key: Key, params: Params = {}): string {
  return fill(TEXTS[language.value][key], locale.value, params);
}

/** The same for a key that is put together; `otherwise` where there is none. */
export function tOr(key: string, otherwise: string, params: Params = {}): string {
  return key in en ? t(key as Key, params) : otherwise;
}

export function fill(text: Text, locale: string, params: Params): string {
  const form = typeof text === "string" ? text : text[formOf(locale, Number(params["n"]))];
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return typeof value === "number" ? value.toLocaleString(locale) : (value ?? whole);
  });
}

const formOf = (locale: string, n: number) => (new Intl.PluralRules(locale).select(n) === "one" ? "one" : "other");

/** A language's name in the interface's language, as it stands within a sentence. */
export function languageWord(code: string): string {
  try {
    return new Intl.DisplayNames([language.value], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** The same as a heading or at the start of a sentence. */
export function languageName(code: string): string {
  const name = languageWord(code);
  return name.charAt(0).toLocaleUpperCase(language.value) + name.slice(1);
}

export const languageNames = (codes: string[]) =>
  new Intl.ListFormat(language.value, { type: "conjunction" }).format(codes.map(languageWord));

/** `en-es` as "English to Spanish". */
export function pairName(pair: string): string {
  const [from = "", to = ""] = pair.split("-");
  return t("pair", { from: languageWord(from), to: languageWord(to) });
}

const UNITS = [[1e9, "gigabyte"], [1e6, "megabyte"], [1e3, "kilobyte"]] as const;

export function bytes(count: number): string {
  const [size, unit] = UNITS.find(([least]) => count >= least) ?? UNITS[2];
  const value = count / size;
  const digits = value < 10 ? 1 : 0;
  return new Intl.NumberFormat(locale.value, { style: "unit", unit, maximumFractionDigits: digits }).format(value);
}

export function seconds(count: number): string {
  const digits = count < 10 ? 1 : 0;
  return `${Math.max(count, 0.1).toLocaleString(locale.value, { maximumFractionDigits: digits })}\u00a0s`;
}

export const percent = (share: number) =>
  new Intl.NumberFormat(locale.value, { style: "percent", maximumFractionDigits: 0 }).format(share);

export const dateTime = (at: number) =>
  new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeStyle: "short" }).format(at);
