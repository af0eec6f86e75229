import type { FactStatus } from "../api/types";

/** Drawn with lines in the text's colour; told by words beside them, so hidden from screen readers. */
const PATHS = {
  kept: "M3 8.5l3.2 3.2L13 5",
  reformatted: "M3 5.5h8.5M9 3l2.5 2.5L9 8M13 10.5H4.5M7 8l-2.5 2.5L7 13",
  missing: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM4.5 11.5l7-7",
  invented: "M8 2.2L14.3 13.4H1.7zM8 6.2v3.4M8 11.5v.4",
  warning: "M8 2.2L14.3 13.4H1.7zM8 6.2v3.4M8 11.5v.4",
  mended: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM5.2 8.3l2 2 3.6-4",
  quote: "M3 10.5V8a3.4 3.4 0 0 1 3-3.4M3 8h3v3H3zM9 10.5V8a3.4 3.4 0 0 1 3-3.4M9 8h3v3H9z",
  key: "M10.5 2.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM8.3 7.7L3 13M4.5 11.5l1.6 1.6M6.4 9.6L8 11.2",
  close: "M4 4l8 8M12 4l-8 8",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName | FactStatus }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
