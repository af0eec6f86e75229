import { computed, signal } from "@preact/signals";

/** What is lit: sentences with their pairs and sources, or a fact wherever it stands. */
export interface Lit {
  kind: "sentence" | "fact";
  indexes: readonly number[];
}

const hovered = signal<Lit | undefined>(undefined);
const focused = signal<Lit | undefined>(undefined);
const pinned = signal<Lit | undefined>(undefined);

const lit = computed(() => hovered.value ?? focused.value ?? pinned.value);

const has = (one: Lit | undefined, kind: Lit["kind"], index: number) =>
  one?.kind === kind && one.indexes.includes(index);

export const isLit = (kind: Lit["kind"], index: number) => has(lit.value, kind, index);

export const litFact = computed(() => (lit.value?.kind === "fact" ? lit.value.indexes[0] : undefined));

export const isPinned = (kind: Lit["kind"], index: number) => has(pinned.value, kind, index);

export function clearLight(): void {
  hovered.value = focused.value = pinned.value = undefined;
}

/** Handlers of an element that lights `indexes` of `kind` while the pointer or the focus is on it. */
export function lights(kind: Lit["kind"], ...indexes: number[]) {
  return {
    onMouseEnter: () => (hovered.value = { kind, indexes }),
    onMouseLeave: () => (hovered.value = undefined),
    onFocus: () => (focused.value = { kind, indexes }),
    onBlur: () => (focused.value = undefined),
  };
}

/** The column that a narrow screen shows: `source` or a language; empty for the first of the summary. */
export const shownColumn = signal("");

/** Keeps `one` lit, and scrolls to the first of `selectors` that is there, in its column. */
export function pinAndShow(one: Lit, column: string, ...selectors: string[]): void {
  pinned.value = one;
  shownColumn.value = column;
  // The column may have been hidden until the next rendering.
  requestAnimationFrame(() => requestAnimationFrame(() => scrollToFirst(selectors)));
}

function scrollToFirst(selectors: string[]): void {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const found = selectors.map((selector) => document.querySelector(selector)).find(Boolean);
  found?.scrollIntoView({ block: "nearest", behavior: isCalm ? "auto" : "smooth" });
}
