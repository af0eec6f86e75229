import { useState } from "preact/hooks";
import type { Answer } from "../api/types";
import { copied, download, exported, KINDS, type Kind } from "../export";
import { t } from "../i18n";
import { run } from "../state/run";

/** Copies or downloads the summary. */
export function Take({ answer }: { answer: Answer }) {
  const [kind, setKind] = useState<Kind>("text");
  const [told, setTold] = useState("");
  const text = () => exported(kind, answer, run.value.text, run.value.settings?.format ?? "paragraph");
  const copy = async () => setTold(t((await copied(text())) ? "take.copied" : "take.refused"));
  return (
    <div class="take" role="group" aria-label={t("take")}>
      <label class="inline">
        <span>{t("take.as")}</span>
        <select value={kind} onChange={(event) => setKind(event.currentTarget.value as Kind)}>
          {KINDS.map((one) => <option key={one} value={one}>{t(`take.${one}`)}</option>)}
        </select>
      </label>
      <button type="button" onClick={() => void copy()}>{t("take.copy")}</button>
      <button type="button" onClick={() => download(kind, text())}>{t("take.download")}</button>
      <span role="status">{told}</span>
      {kind === "receipt" && <p class="hint">{t("take.receipt.hint")}</p>}
    </div>
  );
}
