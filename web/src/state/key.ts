import { signal } from "@preact/signals";
import { keep, stored } from "./storage";

const NAME = "breve.key";

/** The key that requests bring; empty for none. */
export const key = signal(stored(NAME, "tab") ?? stored(NAME) ?? "");

/** Whether the key is asked for, and whether since the service refused a request without it. */
export const keyDialog = signal<"closed" | "open" | "refused">("closed");

export const isRemembered = () => stored(NAME) !== null;

/** Keeps the key for this tab, or also on this device. */
export function setKey(value: string, remember: boolean): void {
  key.value = value;
  keep(NAME, remember ? "" : value, "tab");
  keep(NAME, remember ? value : "");
}
