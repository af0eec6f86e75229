import { MOST_BYTES } from "./limits";
import { readPlain } from "./plain";
import { Refusal, type Opened } from "./refusal";

export const ACCEPTED = ".txt,.text,.md,.html,.htm,.docx,.pdf,text/plain,text/html";

type Reader = (content: ArrayBuffer) => Opened | Promise<Opened>;

// What reads other formats is fetched only when such a file is opened.
const READERS: Record<string, () => Promise<Reader>> = {
  txt: async () => readPlain,
  html: async () => (await import("./html")).readHtml,
  docx: async () => (await import("./docx")).readDocx,
  pdf: async () => (await import("./pdf")).readPdf,
};

const ENDINGS: Record<string, string> = {
  txt: "txt", text: "txt", md: "txt", html: "html", htm: "html", docx: "docx", pdf: "pdf",
};
const TYPES: Record<string, string> = { "text/plain": "txt", "text/html": "html", "application/pdf": "pdf" };

/** The text of `file`, or a `Refusal`. */
export async function openFile(file: File): Promise<Opened> {
  const ending = file.name.toLowerCase().split(".").pop() ?? "";
  if (ending === "doc") throw new Refusal("open.doc");
  const reader = READERS[ENDINGS[ending] ?? TYPES[file.type] ?? ""];
  if (!reader) throw new Refusal("open.type");
  if (file.size > MOST_BYTES) throw new Refusal("open.size");
  const read = await reader().catch(() => refuse("open.offline"));
  const opened = await readWith(read, file);
  if (!/[\p{L}\p{N}]/u.test(opened.text)) throw new Refusal("open.empty");
  return opened;
}

async function readWith(read: Reader, file: File): Promise<Opened> {
  try {
    return await read(await file.arrayBuffer());
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal("open.damaged");
  }
}

function refuse(key: Refusal["key"]): never {
  throw new Refusal(key);
}
