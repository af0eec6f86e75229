import { Refusal, type Opened } from "./refusal";
import { readPlain } from "./plain";

export const MOST_BYTES = 50_000_000;
export const ACCEPTED = ".txt,.text,.md,.html,.htm,.docx,.pdf,text/plain,text/html";

type Reader = (content: ArrayBuffer) => Promise<Opened>;

// What reads other formats is fetched only when such a file is opened.
const READERS: Record<string, Reader> = {
  txt: async (content) => readPlain(content),
  html: async (content) => (await import("./html")).readHtml(content),
  docx: async (content) => (await import("./docx")).readDocx(content),
  pdf: async (content) => (await import("./pdf")).readPdf(content),
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
  const opened = await reader(await file.arrayBuffer()).catch((error: unknown) => {
    throw error instanceof Refusal ? error : new Refusal("open.damaged");
  });
  if (!/[\p{L}\p{N}]/u.test(opened.text)) throw new Refusal("open.empty");
  return opened;
}
