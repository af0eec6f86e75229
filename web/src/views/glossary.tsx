import { languageWord, t } from "../i18n";
import { languages } from "../state/service";
import { place, setSettings, type Term } from "../state/settings";
import { Icon } from "./icons";
import { keepFocus } from "./press";

export function GlossaryOptions() {
  const terms = place.value.settings.glossary;
  const set = (glossary: Term[]) => setSettings({ glossary });
  const remove = (index: number) => {
    set(terms.toSpliced(index, 1));
    keepFocus(".glossary > button");
  };
  return (
    <fieldset class="field glossary">
      <legend>{t("glossary")}</legend>
      <p class="hint">{t("glossary.hint")}</p>
      {terms.map((term, index) => (
        <TermRow key={index} term={term} onChange={(changed) => set(terms.with(index, changed))}
          onRemove={() => remove(index)} />
      ))}
      <button type="button" class="quiet" onClick={() => set([...terms, { term: "", language: "", translation: "" }])}>
        {t("glossary.add")}
      </button>
    </fieldset>
  );
}

function TermRow({ term, onChange, onRemove }: {
  term: Term; onChange: (term: Term) => void; onRemove: () => void;
}) {
  const codes = [...new Set(["es", "en", ...languages.value.map(({ code }) => code), term.language])].filter(Boolean);
  return (
    <div class="term">
      <input aria-label={t("glossary.term")} placeholder={t("glossary.term")} value={term.term} maxLength={200}
        onInput={(event) => onChange({ ...term, term: event.currentTarget.value })} />
      <select aria-label={t("glossary.use")} value={term.language}
        onChange={(event) => onChange({ ...term, language: event.currentTarget.value })}>
        <option value="">{t("glossary.keep")}</option>
        {codes.map((code) => (
          <option key={code} value={code}>{t("glossary.in", { language: languageWord(code) })}</option>
        ))}
      </select>
      {term.language && (
        <input aria-label={t("glossary.translation")} placeholder={t("glossary.translation")} value={term.translation}
          maxLength={200} lang={term.language}
          onInput={(event) => onChange({ ...term, translation: event.currentTarget.value })} />
      )}
      <button type="button" class="quiet" aria-label={t("glossary.remove", { term: term.term })} onClick={onRemove}>
        <Icon name="close" />
      </button>
    </div>
  );
}
