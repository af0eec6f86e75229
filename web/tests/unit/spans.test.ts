import { describe, expect, it } from "vitest";
import { merged, places, segments, total } from "../../src/text/spans";

describe("segments", () => {
  const cut = (text: string, ...marks: [number, number, string][]) =>
    segments(text, marks.map(([start, end, value]) => ({ start, end, value }))).map(({ text, values }) => [text, values.join("")]);

  it("cut text where marks overlap", () => {
    expect(cut("abcdef", [0, 4, "x"], [2, 6, "y"])).toEqual([["ab", "x"], ["cd", "xy"], ["ef", "y"]]);
  });

  it("hold one mark within another, and equal ones", () => {
    expect(cut("abcd", [0, 4, "x"], [1, 2, "y"], [1, 2, "z"])).toEqual([["a", "x"], ["b", "xyz"], ["cd", "x"]]);
  });

  it("give the whole text back, whatever the marks", () => {
    const text = "¡Año 🎉 nuevo!";
    expect(cut(text, [-3, 2, "x"], [5, 99, "y"], [4, 4, "z"]).map(([part]) => part).join("")).toBe(text);
    expect(cut(text)).toEqual([[text, ""]]);
    expect(cut("", [0, 1, "x"])).toEqual([]);
  });

  it("are what the plain definition says, for any marks", () => {
    const text = "x".repeat(40);
    let seed = 1;
    const random = () => (seed = (seed * 48271) % 0x7fffffff) % 45;
    for (let round = 0; round < 300; round++) {
      const marks = Array.from({ length: round % 12 }, (_, value) => ({ start: random() - 2, end: random() - 2, value }));
      const found = segments(text, marks);
      const held = found.flatMap(({ text, values }) => Array.from(text, () => values));
      const plain = Array.from(text, (_, at) => marks.filter(({ start, end }) => start <= at && at < end).map(({ value }) => value));
      expect(held).toEqual(plain);
      expect(found.map(({ text }) => text).join("")).toBe(text);
      expect(found.map(({ start }) => start)).toEqual([...new Set(found.map(({ start }) => start))].sort((a, b) => a - b));
    }
  });

  it("count in UTF-16 units, as strings do", () => {
    expect(cut("🎉 ok", [3, 5, "x"])).toEqual([["🎉 ", ""], ["ok", "x"]]);
  });
});

it("ranges that overlap or touch are one", () => {
  const ranges = [{ start: 8, end: 9 }, { start: 0, end: 3 }, { start: 2, end: 5 }, { start: 5, end: 6 }, { start: 7, end: 7 }];
  expect(merged(ranges)).toEqual([{ start: 0, end: 6 }, { start: 8, end: 9 }]);
  expect(total(ranges)).toBe(7);
  expect(ranges[1]).toEqual({ start: 0, end: 3 });
});

it("a fact is found as a whole word", () => {
  expect(places("45 or 145 or 45.", "45")).toEqual([{ start: 0, end: 2 }, { start: 13, end: 15 }]);
  expect(places("Año, Años", "Año")).toEqual([{ start: 0, end: 3 }]);
  expect(places("$3.2 billion", "$3.2 billion")).toHaveLength(1);
  expect(places("text", "")).toEqual([]);
});
