import { seconds, t } from "../i18n";
import { draft, draftCharacters } from "../state/draft";
import { choiceOf, guessedSeconds, sentencesOf, usedModels } from "../state/guess";
import { measuredSeconds } from "../state/pace";
import { limit, models } from "../state/service";
import { place } from "../state/settings";
import { likelyLanguage } from "../text/likely";

// As the service counts before any model works.
const CHARACTERS_PER_TOKEN = 4;

export function Meter() {
  const n = draftCharacters.value;
  const over = limit.value === undefined ? 0 : n - limit.value;
  return (
    <p id="meter" class="meter">
      <span>{t("meter.characters", { n })}</span>
      <span>{t("meter.tokens", { n: Math.ceil(n / CHARACTERS_PER_TOKEN) })}</span>
      <span>{expected(n)}</span>
      {over > 0 && <strong role="alert">{t("meter.over", { n: over, limit: limit.value! })}</strong>}
    </p>
  );
}

/** The time that the draft should take: as measured with the models that it would be given, else as their sizes tell. */
function expected(characters: number): string {
  const { settings } = place.value;
  const source = settings.source || likelyLanguage(draft.value);
  const choice = choiceOf(models.value ?? [], settings, source);
  const measured = measuredSeconds(choice && usedModels(choice), settings, source, characters);
  if (measured !== undefined) return t("meter.expected", { time: seconds(measured) });
  if (!choice) return t("meter.unknown");
  return t("meter.guessed", { time: seconds(guessedSeconds(choice, characters, sentencesOf(settings))) });
}
