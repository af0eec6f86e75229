import { signal } from "@preact/signals";
import { keep, stored } from "./storage";

/** How long answers took, per character. Kept in this browser only. */

const NAME = "breve.pace";
const KEPT = 9;

const paces = signal<number[]>(readPaces());

function readPaces(): number[] {
  try {
    const found: unknown = JSON.parse(stored(NAME) ?? "[]");
    return Array.isArray(found) ? found.filter((one): one is number => Number.isFinite(one)) : [];
  } catch {
    return [];
  }
}

export function recordPace(characters: number, milliseconds: number): void {
  if (characters === 0) return;
  paces.value = [...paces.value, milliseconds / characters].slice(-KEPT);
  keep(NAME, JSON.stringify(paces.value));
}

/** Seconds that a text of so many characters may take, by the median of the last answers. */
export function expectedSeconds(characters: number): number | undefined {
  const sorted = [...paces.value].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return middle === undefined ? undefined : (middle * characters) / 1000;
}
