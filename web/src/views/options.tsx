import type { ComponentChildren } from "preact";
import { languageName, t, type Key } from "../i18n";
import type { Format, Length, Mode } from "../api/types";
import { isInstalled, languages, models, problem, readService } from "../state/service";
import { place, setSettings } from "../state/settings";
import { GlossaryOptions } from "./glossary";
import { keepFocus } from "./press";
import { ProblemBox } from "./problem";

const FORMATS: Format[] = ["paragraph", "bullets", "headline"];
const LENGTHS: Length[] = ["short", "medium", "long"];
const MODES: Mode[] = ["auto", "extractive", "abstractive"];

export function Options() {
  return (
    <div class="options" role="group" aria-label={t("options")}>
      <LengthOption />
      <FormatOption />
      <StrictOption />
      <details>
        <summary>{t("option.more")}</summary>
        {problem.value && <ProblemBox problem={problem.value} onRetry={() => void readService().then(() => keepFocus(".options summary"))} />}
        <div class="more">
          <ModelOption />
          <ModeOption />
          <SourceOption />
          <TargetOptions />
          <GlossaryOptions />
        </div>
      </details>
    </div>
  );
}

function Choice({ label, value, onChoose, children }: {
  label: Key; value: string; onChoose: (value: string) => void; children: ComponentChildren;
}) {
  return (
    <label class="field">
      <span>{t(label)}</span>
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>{children}</select>
    </label>
  );
}

function LengthOption() {
  const { length, sentences, format } = place.value.settings;
  if (format === "headline") return null;
  const choose = (value: string) =>
    setSettings(value === "exact" ? { sentences: 3 } : { length: value as Length, sentences: 0 });
  return (
    <>
      <Choice label="option.length" value={sentences ? "exact" : length} onChoose={choose}>
        {LENGTHS.map((one) => <option key={one} value={one}>{t(`length.${one}`)}</option>)}
        <option value="exact">{t("length.exact")}</option>
      </Choice>
      {sentences > 0 && <SentencesOption />}
    </>
  );
}

function SentencesOption() {
  const set = (value: number) => Number.isInteger(value) && value > 0 && setSettings({ sentences: value });
  return (
    <label class="field">
      <span>{t("option.sentences")}</span>
      <input type="number" min={1} value={place.value.settings.sentences}
        onInput={(event) => set(event.currentTarget.valueAsNumber)} />
    </label>
  );
}

function FormatOption() {
  return (
    <fieldset class="field">
      <legend>{t("option.format")}</legend>
      <div class="switch">
        {FORMATS.map((format) => (
          <label key={format}>
            <input type="radio" name="format" value={format} checked={place.value.settings.format === format}
              onChange={() => setSettings({ format })} />
            <span>{t(`format.${format}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function StrictOption() {
  return (
    <div class="strict">
      <label class="check">
        <input type="checkbox" checked={place.value.settings.strict} aria-describedby="strict-hint"
          onChange={(event) => setSettings({ strict: event.currentTarget.checked })} />
        <span>{t("option.strict")}</span>
      </label>
      <p id="strict-hint" class="hint">{t("option.strict.hint")}</p>
    </div>
  );
}

function ModelOption() {
  const chosen = place.value.settings.model;
  const installed = (models.value ?? []).filter((model) => model.task === "summarization" && isInstalled(model));
  const isGone = chosen && models.value && !installed.some(({ id }) => id === chosen);
  return (
    <Choice label="option.model" value={chosen} onChoose={(model) => setSettings({ model })}>
      <option value="">{t("model.best")}</option>
      {installed.map(({ id }) => <option key={id} value={id}>{id}</option>)}
      {isGone && <option value={chosen}>{t("model.gone", { model: chosen })}</option>}
    </Choice>
  );
}

function ModeOption() {
  return (
    <Choice label="option.mode" value={place.value.settings.mode} onChoose={(mode) => setSettings({ mode: mode as Mode })}>
      {MODES.map((mode) => <option key={mode} value={mode}>{t(`mode.${mode}`)}</option>)}
    </Choice>
  );
}

function SourceOption() {
  const { source } = place.value.settings;
  const codes = new Set([...languages.value.filter(({ summarize }) => summarize).map(({ code }) => code), source]);
  codes.delete("");
  return (
    <Choice label="option.source" value={source} onChoose={(code) => setSettings({ source: code })}>
      <option value="">{t("source.auto")}</option>
      {[...codes].map((code) => <option key={code} value={code}>{languageName(code)}</option>)}
    </Choice>
  );
}

const MOST_TARGETS = 8;

function TargetOptions() {
  const { targets } = place.value.settings;
  const codes = [...new Set([...languages.value.map(({ code }) => code), ...targets])];
  const choose = (code: string, isChosen: boolean) =>
    setSettings({ targets: isChosen ? [...targets, code] : targets.filter((one) => one !== code) });
  return (
    <fieldset class="field targets">
      <legend>{t("option.targets")}</legend>
      <div class="checks">
        {codes.map((code) => (
          <label key={code} class="check">
            <input type="checkbox" checked={targets.includes(code)} disabled={!targets.includes(code) && targets.length >= MOST_TARGETS}
              onChange={(event) => choose(code, event.currentTarget.checked)} />
            <span>{languageName(code)}</span>
          </label>
        ))}
      </div>
      {targets.length === 0 && <p class="hint">{t("targets.default")}</p>}
    </fieldset>
  );
}
