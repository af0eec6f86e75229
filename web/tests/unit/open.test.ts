import { expect, it } from "vitest";
import { openFile } from "../../src/open";
import { readPlain } from "../../src/open/plain";
import { characters } from "../../src/state/draft";
import { factsOf } from "../../src/text/facts";

const buffer = (...bytes: number[]) => new Uint8Array(bytes).buffer;
const key = (file: File) => openFile(file).then(() => "opened", (refusal: { key: string }) => refusal.key);

it("text is read in UTF-8, in UTF-16 with its mark, and else in Windows-1252, which is told", () => {
  expect(readPlain(new TextEncoder().encode("Año €").buffer as ArrayBuffer)).toEqual({ text: "Año €" });
  expect(readPlain(buffer(0xff, 0xfe, 0x41, 0, 0xf1, 0))).toEqual({ text: "Añ" });
  expect(readPlain(buffer(0x41, 0xf1, 0x6f))).toEqual({ text: "Año", notice: "open.encoding" });
});

it("what cannot be opened is refused with its reason", async () => {
  expect(await key(new File(["x"], "old.doc"))).toBe("open.doc");
  expect(await key(new File(["x"], "sheet.xlsx"))).toBe("open.type");
  expect(await key(new File(["\0\0\0"], "data.txt"))).toBe("open.binary");
  expect(await key(new File([" \n… "], "empty.txt"))).toBe("open.empty");
  expect(await key(new File(["Words."], "good.TXT"))).toBe("opened");
  expect(await key(new File(["Words."], "unnamed", { type: "text/plain" }))).toBe("opened");
});

it("characters are counted as the service does", () => {
  expect(characters("año 🎉")).toBe(5);
});

it("a fault names the facts of its sentence that it is about", () => {
  const sentence = { en: "On Tuesday, Ana spoke.", es: "Ana habló." };
  const facts = [
    { kind: "date", status: "missing", source: "Tuesday", en: "Tuesday" },
    { kind: "name", status: "missing", source: "Eva", en: "Eva" },
    { kind: "name", status: "kept", source: "Ana", en: "Ana", es: "Ana" },
  ] as const;
  expect(factsOf(sentence, [...facts], "number")).toEqual(["Tuesday"]);
  expect(factsOf(sentence, [...facts], "name")).toEqual([]);
  expect(factsOf(sentence, [...facts], "repeated")).toEqual([]);
});
