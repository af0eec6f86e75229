import { computed, signal } from "@preact/signals";

/** What is lit: a sentence with its pair and sources, or a fact wherever it stands. */
export interface Lit {
  kind: "sentence" | "fact";
  index: number;
}

const hovered = signal<Lit | undefined>(undefined);
const focused = signal<Lit | undefined>(undefined);
const pinned = signal<Lit | undefined>(undefined);

const lit = computed(() => hovered.value ?? focused.value ?? pinned.value);

export const isLit = (kind: Lit["kind"], index: number) => lit.value?.kind === kind && lit.value.index === index;

export const litFact = computed(() => (lit.value?.kind === "fact" ? lit.value.index : undefined));

export const isPinned = (kind: Lit["kind"], index: number) =>
  pinned.value?.kind === kind && pinned.value.index === index;

export function clearLight(): void {
  hovered.value = focused.value = pinned.value = undefined;
}

/** Handlers of an element that lights `kind` and `index` while the pointer or the focus is on it. */
export function lights(kind: Lit["kind"], index: number) {
  return {
    onMouseEnter: () => (hovered.value = { kind, index }),
    onMouseLeave: () => (hovered.value = undefined),
    onFocus: () => (focused.value = { kind, index }),
    onBlur: () => (focused.value = undefined),
  };
}

/** The column that a narrow screen shows: `source` or a language; empty for the first of the summary. */
export const shownColumn = signal("");

/** Keeps `kind` and `index` lit, and scrolls to the first of `selectors` that is there, in its column. */
export function pinAndShow(kind: Lit["kind"], index: number, column: string, ...selectors: string[]): void {
  pinned.value = { kind, index };
  shownColumn.value = column;
  // The column may have been hidden until the next rendering.
  requestAnimationFrame(() => requestAnimationFrame(() => scrollToFirst(selectors)));
}

function scrollToFirst(selectors: string[]): void {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const found = selectors.map((selector) => document.querySelector(selector)).find(Boolean);
  found?.scrollIntoView({ block: "nearest", behavior: isCalm ? "auto" : "smooth" });
}
