/** The second click of a double click is meant for what stood there at the first. */
export const onPress = (work: () => void) => (event: MouseEvent) => {
  if (event.detail < 2) work();
};

/** Whether a key presses what is no button of the browser's own. */
export function isPress(event: KeyboardEvent): boolean {
  const isOne = event.key === "Enter" || event.key === " ";
  if (isOne) event.preventDefault();
  return isOne;
}

/**
 * Once the page is drawn anew: where what had the focus is gone, moves the focus to the first of `selectors` that is there.
 * Left alone, keyboards would begin again at the top.
 */
export function keepFocus(...selectors: string[]): void {
  requestAnimationFrame(() => {
    if (document.activeElement !== document.body) return;
    const found = selectors.map((selector) => document.querySelector<HTMLElement>(selector)).find(Boolean);
    found?.focus({ preventScroll: true });
  });
}
