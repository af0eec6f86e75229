/** The parts of docs/openapi.json that the page uses. */

export type Length = "short" | "medium" | "long";
export type Format = "paragraph" | "bullets" | "headline";
export type Mode = "auto" | "abstractive" | "extractive";

export interface Glossary {
  protected?: string[];
  terms?: Record<string, Record<string, string>>;
}

export interface SummarizeRequest {
  text: string;
  source?: string;
  targets?: string[];
  length?: Length;
  sentences?: number;
  format?: Format;
  mode?: Mode;
  model?: string;
  strict?: boolean;
  glossary?: Glossary;
  offset_unit: "utf16";
  stream: true;
}

export interface Evidence {
  start: number;
  end: number;
  score: number;
}

/** One sentence; its languages are further fields. Read them with `inLanguage`. */
export interface Sentence {
  sources?: Evidence[];
  verbatim?: boolean;
  [language: string]: string | boolean | Evidence[] | undefined;
}

export type FactKind = "number" | "date" | "time" | "money" | "percent" | "name" | "quote";
export type FactStatus = "kept" | "reformatted" | "missing" | "invented";

/** One fact; its form in each language is a further field. */
export interface Fact {
  kind: FactKind;
  status: FactStatus;
  source?: string;
  [language: string]: string | undefined;
}

export type FaultKind =
  | "repeated" | "untranslated" | "wrong_language" | "length" | "unbalanced" | "empty" | "unclosed"
  | "number" | "name" | "quotation" | "unsupported" | "glossary";
export type RepairMeans = "alternative" | "source" | "settings" | "model" | "verbatim";

export interface SentenceFault {
  sentence: number;
  language: string;
  fault: FaultKind;
}

export interface SentenceRepair extends SentenceFault {
  means: RepairMeans;
}

export interface Checks {
  facts: Fact[];
  untranslated: number;
  repeated: number;
  dropped: number;
  repaired: number;
  untried: number;
  repairs: SentenceRepair[];
  faults: SentenceFault[];
}

export interface Source {
  language: string;
  confidence: number;
  characters: number;
  sentences: number;
}

export interface UsedModels {
  summarizer: string;
  translator?: string;
  translators?: string[];
}

export interface Coverage {
  chunks: number;
  rounds: number;
  unchanged: boolean;
  sentences_read: number;
  sentences_total: number;
  truncated: boolean;
}

export interface Answer {
  id: string;
  source: Source;
  summaries: Record<string, string>;
  sentences: Sentence[];
  coverage: Coverage;
  usage: { input_tokens: number; output_tokens: number };
  checks?: Checks;
  glossary?: { applied: number; lost: number };
  missing_pairs?: string[];
  models: UsedModels;
  receipt: Record<string, unknown>;
  timings_ms: { queue: number; summarize: number; translate: number; checks: number; total: number };
}

export interface Plan {
  id: string;
  source: Source;
  targets: string[];
  chunks: number;
  input_tokens?: number;
  models: UsedModels;
}

export interface Progress {
  stage: "summarize" | "translate";
  round: number;
  done: number;
  total: number;
}

export type ModelState = "available" | "downloading" | "ready" | "loading" | "loaded" | "failed";

export interface Model {
  id: string;
  task: "summarization" | "translation";
  architecture: string;
  languages: { kind: "text" | "between"; codes: string[] } | { kind: "pairs"; pairs: string[] } | { kind: "any" };
  license: string;
  description: string;
  size_bytes: number;
  state: ModelState;
  reason?: string;
  download?: { done_bytes: number; total_bytes: number };
  memory_bytes?: number;
  revision?: string;
  disk_bytes: number;
  owned_by: string;
}

export interface Language {
  code: string;
  name: string;
  summarize: boolean;
  targets: string[];
}

export type PullLine =
  | { event: "resolved"; revision: string; files: number; total_bytes: number; present_bytes: number }
  | { event: "progress"; file: string; done_bytes: number; total_bytes: number }
  | { event: "verified"; file: string; checksum: string }
  | { event: "done"; revision: string }
  | { event: "error"; error: ErrorDetail };

export type ErrorCode =
  | "invalid_request" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "input_too_long"
  | "unsupported_media_type" | "unsupported_language" | "rate_limited" | "overloaded" | "model_loading"
  | "download_failed" | "timeout" | "internal";

export interface ErrorDetail {
  code: ErrorCode;
  message: string;
  param?: string;
  limit?: number;
  actual?: number;
  available?: string[];
  request_id: string;
}

/** What a sentence or a fact is in `language`; empty where it is absent. */
export function inLanguage(entry: Sentence | Fact, language: string): string {
  const text = entry[language];
  return typeof text === "string" ? text : "";
}
