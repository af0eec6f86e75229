import { expect, it } from "vitest";
import { openFile } from "../../src/open";
import { blocks } from "../../src/open/blocks";
import { joinPages } from "../../src/open/paragraphs";
import { readPlain } from "../../src/open/plain";
import { unpackedBytes } from "../../src/open/zip";
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

it("a sentence goes on over the end of a page; a paragraph that ends there does not", () => {
  expect(joinPages(["One. The council app-\nroved", "the plan.\n\nTwo."])).toBe("One. The council approved the plan.\n\nTwo.");
  expect(joinPages(["The council appro-", "ved the plan."])).toBe("The council approved the plan.");
  expect(joinPages(["He said “no.”", "She left."])).toBe("He said “no.”\n\nShe left.");
  expect(joinPages(["", "Text.", ""])).toBe("Text.");
});

it("a page's number is no part of a sentence", () => {
  expect(joinPages(["The council\n\n1", "– 2 –\n\napproved it.\n\n12"])).toBe("The council approved it.\n\n12");
});

it("blocks of markup are paragraphs, and a line break parts words", () => {
  const page = new DOMParser().parseFromString("<div>Before<p>one<br>two</p><table><tr><td>a</td><td>b</td></tr></table>", "text/html");
  expect(blocks(page.body)).toBe("Before\n\none two\n\na\n\nb");
});

it("an archive says what it unpacks to", () => {
  const entry = (size: number, name: string) => {
    const view = new DataView(new ArrayBuffer(46 + name.length));
    view.setUint32(0, 0x02014b50, true);
    view.setUint32(24, size, true);
    view.setUint16(28, name.length, true);
    return new Uint8Array(view.buffer);
  };
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint32(16, 3, true);
  const parts = [new Uint8Array(3), entry(4_000_000_000, "a.xml"), entry(5, "b"), new Uint8Array(end.buffer), new Uint8Array(9)];
  const content = Uint8Array.from(parts.flatMap((part) => [...part])).buffer;
  expect(unpackedBytes(content)).toBe(4_000_000_005);
  expect(unpackedBytes(buffer(0x50, 0x4b, 1))).toBe(0);
  expect(unpackedBytes(content.slice(0, 30))).toBe(0);
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
