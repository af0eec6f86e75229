import { t } from "../i18n";
import { theme, type Theme } from "../state/theme";

const THEMES: Theme[] = ["auto", "light", "dark"];

export function Footer() {
  return (
    <footer class="footer">
      <ThemeSwitch />
      <nav aria-label={t("footer")}>
        <a href="docs">{t("api")}</a>
        <a href="assets/licenses.txt">{t("licenses")}</a>
      </nav>
    </footer>
  );
}

function ThemeSwitch() {
  return (
    <label class="inline">
      <span>{t("theme")}</span>
      <select value={theme.value} onChange={(event) => (theme.value = event.currentTarget.value as Theme)}>
        {THEMES.map((one) => <option key={one} value={one}>{t(`theme.${one}`)}</option>)}
      </select>
    </label>
  );
}
