import { useEffect, useState } from "preact/hooks";
import { dateTime, languageNames, t } from "../i18n";
import { draft, isEditing } from "../state/draft";
import {
  clearHistory, entries, forget, isRefused, keepsHistory, readHistory, setKeepsHistory, type Entry,
} from "../state/history";
import { show } from "../state/run";
import { place } from "../state/settings";
import { Icon } from "./icons";
import { keepFocus } from "./press";
import { Sure } from "./sure";

const TITLE_LENGTH = 120;

export function HistoryView() {
  useEffect(() => void readHistory(), []);
  return (
    <>
      <h1>{t("history.title")}</h1>
      <p class="hint">{t("history.hint")}</p>
      <label class="check">
        <input type="checkbox" checked={keepsHistory.value} onChange={(event) => setKeepsHistory(event.currentTarget.checked)} />
        <span>{t("history.keep")}</span>
      </label>
      {isRefused.value && <p class="notice refused">{t("history.refused")}</p>}
      {!keepsHistory.value && <p class="notice told">{t("history.off")}</p>}
      {entries.value?.length === 0 && <p>{t("history.empty")}</p>}
      {entries.value && entries.value.length > 0 && <Entries all={entries.value} />}
    </>
  );
}

function Entries({ all }: { all: Entry[] }) {
  return (
    <>
      <ul class="entries">{all.map((entry) => <EntryRow key={entry.id} entry={entry} />)}</ul>
      <Clearing count={all.length} />
    </>
  );
}

function EntryRow({ entry }: { entry: Entry }) {
  const title = titleOf(entry.text);
  return (
    <li class="entry">
      <button type="button" class="entry-open" onClick={() => open(entry)}>
        <strong lang={entry.answer.source.language}>{title}</strong>
        <span class="hint">{dateTime(entry.at)} · {languageNames(Object.keys(entry.answer.summaries))}</span>
      </button>
      <button type="button" class="quiet" aria-label={t("history.remove", { title })} onClick={() => void remove(entry)}>
        <Icon name="close" />
      </button>
    </li>
  );
}

async function remove({ id }: Entry): Promise<void> {
  await forget(id);
  keepFocus(".entry-open", "main");
}

function titleOf(text: string): string {
  const start = text.trim().slice(0, TITLE_LENGTH + 1).replace(/\s+/g, " ");
  return start.length > TITLE_LENGTH ? `${start.slice(0, TITLE_LENGTH).replace(/\s\S*$/, "")}…` : start;
}

function open({ text, settings, answer }: Entry): void {
  draft.value = text;
  isEditing.value = false;
  show(text, settings, answer);
  place.value = { ...place.value, view: "summarize", settings };
}

function Clearing({ count }: { count: number }) {
  const [isAsked, setAsked] = useState(false);
  const close = () => {
    setAsked(false);
    keepFocus(".clear");
  };
  if (!isAsked) return <button type="button" class="clear" onClick={() => setAsked(true)}>{t("history.clear")}</button>;
  return (
    <Sure title={t("history.clear")} question={t("history.sure", { n: count })} yes={t("history.yes")}
      no={t("history.no")} onNo={close} onYes={() => void clearHistory().then(() => keepFocus("main"))} />
  );
}
