/** What the browser keeps for this page. A browser that refuses keeps nothing, and the page works all the same. */

type Where = "device" | "tab";

const storage = (where: Where): Storage => (where === "device" ? localStorage : sessionStorage);

/** A name of this page's own: below other paths of a proxy other services may be, with other keys. */
export function ownName(name: string, address: string = location.href): string {
  const path = new URL(".", address).pathname;
  return path === "/" ? name : `${name}@${path}`;
}

export function stored(name: string, where: Where = "device"): string | null {
  try {
    return storage(where).getItem(ownName(name));
  } catch {
    return null;
  }
}

/** Keeps `value`; an empty one is removed. */
export function keep(name: string, value: string, where: Where = "device"): void {
  try {
    if (value) storage(where).setItem(ownName(name), value);
    else storage(where).removeItem(ownName(name));
  } catch {
    // Full or refused: what is kept is a convenience only.
  }
}
