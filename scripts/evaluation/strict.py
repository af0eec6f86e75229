"""The stage that looks through summaries with an independent check, and writes every finding down to be read."""
import csv

import simplemma
from babel import Locale

import independent
import scores
import sets
from served import Failed, sentences

COLUMNS = ["strict", "set", "id", "language", "kind", "text", "reason", "hand", "english", "spanish"]
KINDS = [("en", "number"), ("en", "name"), ("en", "joined"), ("es", "number"), ("es", "name"), ("es", "number lost")]
HEADS = ["en numbers", "en names", "en joined", "es numbers", "es names", "es numbers lost"]
INVENTED = KINDS[:-1]


def knowledge(breve):
    """Common words of the translation sets (all their lines) and of simplemma's Spanish dictionary, and Spanish names with
    those of CLDR's territories and languages."""
    texts = {}
    for language in ("en", "es"):
        files = [breve.options.evaluation / "translation" / f"{name}.{language}" for name in scores.TRANSLATIONS]
        if missing := [path for path in files if not path.is_file()]:
            raise Failed(f"there is no {missing[0]}: name the evaluation folder with --evaluation")
        texts[language] = "\n".join(path.read_text(encoding="utf-8") for path in files)
    exonyms = independent.read_exonyms()
    for kind in ("territories", "languages"):
        english, spanish = (getattr(Locale(language), kind) for language in ("en", "es"))
        for code in english.keys() & spanish.keys():
            for written in (spanish[code], english[code]):  # "Bangladesh" of "Bangladeshi" as well as "Bangladés"
                independent.add_exonym(exonyms, [english[code]], written)
    common = (independent.common_words(texts[language]) for language in ("en", "es"))
    return independent.Knowledge(*common, exonyms, is_spanish)


def is_spanish(lower):
    """Whether the dictionary has the word, and not as a form of a name: it writes those with a capital."""
    return simplemma.is_known(lower, lang="es") and simplemma.lemmatize(lower, lang="es").islower()


def read_by_hand(path):
    """What people wrote into the column "hand" of an earlier log, by finding."""
    if not path.is_file():
        return {}
    with open(path, encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return {_key(row): row["hand"] for row in rows if row.get("hand")}


def _key(row):
    return tuple(row.get(name) for name in COLUMNS if name not in ("hand", "strict", "reason"))


def findings(breve, name, strict, known):
    for item, answer in zip(breve.items(name), breve.summaries(name, strict)):
        texts = {language: " ".join(sentences(answer, language)) for language in ("en", "es")}
        for finding in independent.check(item["article"], texts["en"], texts["es"], known):
            yield {"strict": "on" if strict else "off", "set": name, "id": item["id"], "language": finding.language,
                   "kind": finding.kind, "text": finding.text, "reason": finding.reason, "hand": "",
                   "english": texts["en"], "spanish": texts["es"]}


def row(breve, strict, found):
    answers = [answer for name in sets.SETS for answer in breve.summaries(name, strict)]
    kept = sum(bool(text) for answer in answers for text in sentences(answer, "en"))
    invented = [line for line in found if (line["language"], line["kind"]) in INVENTED]
    unread = sum(not line["hand"] for line in invented)
    true = sum(line["hand"].startswith("true") for line in invented)
    cells = [sum((line["language"], line["kind"]) == kind for line in found) for kind in KINDS]
    hand = f"{true}{f', {unread} not read' if unread else ''}"
    return ["on" if strict else "off", len(answers), kept, *cells, len(invented), hand]


def human(breve, known):
    """The row of what the check finds in human translations: its own errors, and what translators added or changed."""
    found, lines = [], 0
    for name in scores.TRANSLATIONS:
        for english, spanish in zip(breve.lines(name, "en"), breve.lines(name, "es")):
            lines += 1
            found += independent.check(english, english, spanish, known)
    counts = [sum((finding.language, finding.kind) == kind for finding in found) for kind in KINDS]
    return ["human translations, for comparison", "", lines, *counts, sum(counts[:-1]), ""]


def strict(breve):
    """Both modes, so that it shows what strict mode changes."""
    known, path = knowledge(breve), breve.options.home / "strict.tsv"
    hand, lines, rows = read_by_hand(path), [], []
    # Without strict mode in this breve, the check of ordinary summaries still says what there is to do.
    for mode in (False, True) if breve.switches["summarize", "strict"] else (False,):
        found = [line for name in sets.SETS for line in findings(breve, name, mode, known)]
        for line in found:
            line["hand"] = hand.get(_key({name: _flat(line[name]) for name in line}), "")
        rows.append(row(breve, mode, found))
        lines += found
    _write(path, lines)
    breve.say(f"strict: {len(lines)} findings in {path}; write true or error, and why, into its column hand, then run this again")
    if len(rows) == 1:
        rows.append(["on", *["this breve refuses `strict`"], *[""] * (len(rows[0]) - 2)])
    rows.append(human(breve, known))
    return sets.table(["strict", "summaries", "sentences", *HEADS, "flagged", "truly invented, read by hand"], rows)


def _flat(value):
    return " ".join(str(value).split())


def _write(path, lines):
    with open(path, "w", encoding="utf-8", newline="") as log:
        writer = csv.DictWriter(log, COLUMNS, delimiter="\t")
        writer.writeheader()
        writer.writerows({name: _flat(value) for name, value in line.items()} for line in lines)
