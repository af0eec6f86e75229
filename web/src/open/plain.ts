import { Refusal, type Opened } from "./refusal";

/** Text in UTF-8, in UTF-16 with its mark, or, as older programs write it, in Windows-1252. */
export function readPlain(content: ArrayBuffer): Opened {
  const [first, second] = new Uint8Array(content);
  if (first === 0xff && second === 0xfe) return { text: decode(content, "utf-16le") };
  if (first === 0xfe && second === 0xff) return { text: decode(content, "utf-16be") };
  try {
    return refuseBinary({ text: decode(content, "utf-8") });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return refuseBinary({ text: decode(content, "windows-1252"), notice: "open.encoding" });
  }
}

const decode = (content: ArrayBuffer, encoding: string) => new TextDecoder(encoding, { fatal: true }).decode(content);

function refuseBinary(opened: Opened): Opened {
  if (opened.text.includes("\0")) throw new Refusal("open.binary");
  return opened;
}
