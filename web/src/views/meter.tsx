import { seconds, t } from "../i18n";
import { draftCharacters } from "../state/draft";
import { expectedSeconds } from "../state/pace";
import { limit } from "../state/service";

// As the service counts before any model works.
const CHARACTERS_PER_TOKEN = 4;

export function Meter() {
  const n = draftCharacters.value;
  const over = limit.value === undefined ? 0 : n - limit.value;
  const expected = expectedSeconds(n);
  return (
    <p id="meter" class="meter">
      <span>{t("meter.characters", { n })}</span>
      <span>{t("meter.tokens", { n: Math.ceil(n / CHARACTERS_PER_TOKEN) })}</span>
      <span>{expected === undefined ? t("meter.unknown") : t("meter.expected", { time: seconds(expected) })}</span>
      {over > 0 && <strong role="alert">{t("meter.over", { over, limit: limit.value! })}</strong>}
    </p>
  );
}
