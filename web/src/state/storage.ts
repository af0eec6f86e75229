/** What the browser keeps for this page. A browser that refuses keeps nothing, and the page works all the same. */

type Where = "device" | "tab";

const storage = (where: Where): Storage => (where === "device" ? localStorage : sessionStorage);

export function stored(name: string, where: Where = "device"): string | null {
  try {
    return storage(where).getItem(name);
  } catch {
    return null;
  }
}

/** Keeps `value`; an empty one is removed. */
export function keep(name: string, value: string, where: Where = "device"): void {
  try {
    if (value) storage(where).setItem(name, value);
    else storage(where).removeItem(name);
  } catch {
    // Full or refused: what is kept is a convenience only.
  }
}
