/** Cuts text where marks begin and end, so that marks that overlap can be shown. */

export interface Mark<T> {
  start: number;
  end: number;
  value: T;
}

export interface Segment<T> {
  text: string;
  start: number;
  /** What holds here, in the order of the marks; empty for plain text. */
  values: T[];
}

/** A sweep over the places where a mark begins or ends: articles have thousands of sentences. */
export function segments<T>(text: string, marks: Mark<T>[]): Segment<T>[] {
  const valid = marks.map((mark, order) => ({ ...clamp(mark, text.length), order })).filter(({ start, end }) => start < end);
  const cuts = [...new Set([0, text.length, ...valid.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  const waiting = [...valid].sort((a, b) => b.start - a.start);
  let open: typeof valid = [];
  return cuts.slice(0, -1).map((start, index) => {
    open = open.filter(({ end }) => end > start);
    while (waiting.at(-1)?.start === start) open.push(waiting.pop()!);
    open.sort((a, b) => a.order - b.order);
    return { text: text.slice(start, cuts[index + 1]), start, values: open.map(({ value }) => value) };
  });
}

const clamp = <T>(mark: Mark<T>, length: number): Mark<T> => ({
  ...mark, start: Math.max(0, mark.start), end: Math.min(length, mark.end),
});

export interface Range {
  start: number;
  end: number;
}

/** The ranges in order, those that touch or overlap as one. */
export function merged(ranges: Range[]): Range[] {
  const sorted = ranges.filter(({ start, end }) => start < end).sort((a, b) => a.start - b.start);
  const result: Range[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else result.push({ ...range });
  }
  return result;
}

export const total = (ranges: Range[]) => merged(ranges).reduce((sum, { start, end }) => sum + end - start, 0);

const WORD = /[\p{L}\p{N}]/u;

/** Where `part` stands in `text` as whole words. */
export function places(text: string, part: string): Range[] {
  const found: Range[] = [];
  if (!part) return found;
  for (let start = text.indexOf(part); start >= 0; start = text.indexOf(part, start + 1)) {
    const end = start + part.length;
    const joins = (a: string | undefined, b: string | undefined) => WORD.test(a ?? "") && WORD.test(b ?? "");
    if (!joins(text[start - 1], text[start]) && !joins(text[end - 1], text[end])) found.push({ start, end });
  }
  return found;
}
