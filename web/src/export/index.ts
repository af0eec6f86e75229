import { inLanguage, type Answer } from "../api/types";
import { languageName, t, tOr } from "../i18n";
import { statusOrder } from "../text/facts";
import type { Format } from "../api/types";

export type Kind = "text" | "markdown" | "json" | "receipt" | "article";

export const KINDS: Kind[] = ["text", "markdown", "json", "receipt", "article"];

const FILES: Record<Kind, [name: string, type: string]> = {
  text: ["summary.txt", "text/plain"],
  markdown: ["summary.md", "text/markdown"],
  json: ["answer.json", "application/json"],
  receipt: ["receipt.json", "application/json"],
  article: ["article.txt", "text/plain"],
};

export function exported(kind: Kind, answer: Answer, article: string, format: Format): string {
  switch (kind) {
    case "text": return asText(answer);
    case "markdown": return asMarkdown(answer, format);
    case "json": return `${JSON.stringify(answer, null, 2)}\n`;
    case "receipt": return `${JSON.stringify(answer.receipt, null, 2)}\n`;
    // Unchanged to the byte: the receipt has its hash.
    case "article": return article;
  }
}

export function asText(answer: Answer): string {
  const summaries = Object.entries(answer.summaries).map(([code, summary]) => `${languageName(code)}\n\n${summary}`);
  return `${[...summaries, ...faultLines(answer), madeWith(answer)].join("\n\n")}\n`;
}

export function asMarkdown(answer: Answer, format: Format): string {
  const summaries = Object.keys(answer.summaries).map((code) => `## ${languageName(code)}\n\n${body(answer, code, format)}`);
  const parts = [...summaries, ...factTable(answer), ...faultLines(answer).map(escaped), `*${escaped(madeWith(answer))}*`];
  return `${parts.join("\n\n")}\n`;
}

function body(answer: Answer, code: string, format: Format): string {
  if (format !== "bullets") return escaped(answer.summaries[code] ?? "");
  return answer.sentences.map((sentence) => `- ${escaped(inLanguage(sentence, code))}`).join("\n");
}

function factTable(answer: Answer): string[] {
  const facts = [...(answer.checks?.facts ?? [])].sort(statusOrder);
  if (facts.length === 0) return [];
  const codes = Object.keys(answer.summaries);
  const head = [t("facts.status"), t("facts.kind"), t("facts.source"), ...codes.map(languageName)];
  const rows = facts.map((fact) => [
    t(`status.fact.${fact.status}`), t(`kind.${fact.kind}`), fact.source ?? "", ...codes.map((code) => inLanguage(fact, code)),
  ]);
  const line = (cells: string[]) => `| ${cells.map((cell) => escaped(cell).replace(/\|/g, "\\|")).join(" | ")} |`;
  return [`## ${t("export.facts")}\n\n${[line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")}`];
}

function faultLines(answer: Answer): string[] {
  const faults = answer.checks?.faults ?? [];
  if (faults.length === 0) return [];
  const told = faults.map(({ sentence, language, fault }) =>
    `${languageName(language)} ${sentence + 1}: ${tOr(`fault.${fault}`, fault, { which: "" })}`);
  return [`${t("export.faults")}: ${told.join(" ")}`];
}

function madeWith({ models }: Answer): string {
  const names = [models.summarizer, ...(models.translators ?? (models.translator ? [models.translator] : []))];
  return `${t("export.made")}. ${t("export.models")}: ${names.join(", ")}.`;
}

/** Text that Markdown shows as it is: markup in an article stays text. */
export function escaped(text: string): string {
  const line = text.replace(/[\\`*_[\]<>#]/g, "\\$&").replace(/\s*\n\s*/g, " ");
  return line.replace(/^([-+])(?= )/, "\\$1").replace(/^(\d+)([.)])(?= )/, "$1\\$2");
}

export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(text);
  }
}

/** The older way: pages without TLS on other addresses than loopback have no clipboard. */
function copiedBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "offscreen";
  document.body.append(area);
  area.select();
  const went = document.execCommand("copy");
  area.remove();
  return went;
}

export function download(kind: Kind, text: string): void {
  const [name, type] = FILES[kind];
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
