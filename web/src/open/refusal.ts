import type { Key } from "../i18n";

/** Why a file cannot be opened. */
export class Refusal extends Error {
  readonly key: Key;

  constructor(key: Key) {
    super(key);
    this.key = key;
  }
}

/** What a file holds, and what its reader should know of it. */
export interface Opened {
  text: string;
  notice?: Key;
}
