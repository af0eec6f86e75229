import { language, languageName, setLanguage, t, TEXTS, type Interface } from "../i18n";
import { key, keyDialog } from "../state/key";
import { formatPlace, place, type View } from "../state/settings";
import { Icon } from "./icons";

const VIEWS: View[] = ["summarize", "models", "history"];

export function Header() {
  return (
    <header class="header">
      <a class="brand" href={formatPlace({ ...place.value, view: "summarize" })}>Breve</a>
      <nav class="views" aria-label={t("views")}>
        {VIEWS.map((view) => <ViewLink key={view} view={view} />)}
      </nav>
      <div class="preferences">
        <LanguageSwitch />
        <button type="button" class="quiet" onClick={() => (keyDialog.value = "open")}>
          <Icon name="key" /> {t("key")}{key.value && " ✓"}
        </button>
      </div>
    </header>
  );
}

function ViewLink({ view }: { view: View }) {
  const isCurrent = place.value.view === view;
  return (
    <a href={formatPlace({ ...place.value, view })} aria-current={isCurrent ? "page" : undefined}>{t(`view.${view}`)}</a>
  );
}

function LanguageSwitch() {
  return (
    <div class="switch" role="group" aria-label={t("language")}>
      {(Object.keys(TEXTS) as Interface[]).map((code) => (
        <button type="button" key={code} lang={code} aria-label={ownName(code)} aria-pressed={language.value === code}
          onClick={() => setLanguage(code)}>
          {code.toUpperCase()}
        </button>
      ))}
    </div>
  );
}

// The visible letters come first, so that voice control finds the button by them.
const ownName = (code: Interface) => `${code.toUpperCase()}: ${languageName(code)}`;
