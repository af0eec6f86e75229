"""The stage that counts names which come through translation, with Breve's checks off and on."""
import collections

import independent
import sets

SET = "newstest2012"
HEADS = ["checks", "names", "kept", "mangled", "found", "lines found", "repaired", "newly mangled"]


def names(source, reference):
    """Capitalised words inside an English line, begun sentences apart, that its human translation keeps as they are."""
    kept = {independent.fold(word.text) for word in independent.words(reference) if word.capital}
    found = (independent.stem(word.text) for word in independent.words(source) if word.capital and not word.initial)
    return sorted({name for name in found if len(name) > 1 and name in kept})


def through(expected, texts):
    """Of the names of each line, those that its translation holds."""
    held = ({independent.stem(word.text) for word in independent.words(text)} for text in texts)
    return {(line, name) for line, words in enumerate(held) for name in expected[line] if name in words}


def faulty(sentence):
    """Whether the checks found a name wrong in a sentence, mended or not."""
    return "name" in sentence.get("faults", []) or any(
        repair["fault"] == "name" for repair in sentence.get("repairs", []))


def found(mangled, translations):
    """Of the names that came through mangled, those in whose sentence the checks found a name wrong: which one it was
    the service does not say."""
    held = [_names_of_faulty(translation["sentences"]) for translation in translations]
    return {(line, name) for line, name in mangled if name in held[line]}


def _names_of_faulty(sentences):
    return {independent.stem(word.text) for sentence in sentences if faulty(sentence)
            for word in independent.words(sentence["source"])}


def share(kept, total):
    return f"{kept} ({100 * kept / total:.2f}%)" if total else "none"


def kept_names(breve):
    pairs = zip(breve.lines(SET, "en"), breve.lines(SET, "es"))
    expected = [names(*pair) for pair in pairs]
    total = sum(map(len, expected))
    switch = breve.switches["translate", "checks"]
    off = through(expected, breve.translations(SET, False if switch else None))
    rows = [["off" if switch else "this breve has none", total, share(len(off), total), total - len(off), *[""] * 4]]
    if switch:
        rows.append(_with_checks(breve, expected, off))
    _log(breve, expected, off)
    return sets.table(HEADS, rows)


def _with_checks(breve, expected, off):
    every = {(line, name) for line, names in enumerate(expected) for name in names}
    mangled, on = every - off, through(expected, breve.translations(SET, True))
    seen = found(mangled, breve.translated(SET, True))
    lines = len({line for line, _ in mangled})
    counts = [share(len(seen), len(mangled)), share(len({line for line, _ in seen}), lines)]
    return ["on", len(every), share(len(on), len(every)), len(every) - len(on), *counts,
            share(len(on - off), len(mangled)), len(off - on)]


def _log(breve, expected, kept):
    """The names that come through mangled, most frequent first."""
    every = ((line, name) for line, names in enumerate(expected) for name in names)
    lost = collections.Counter(pair[1] for pair in every if pair not in kept)
    path = breve.options.home / "names.tsv"
    path.write_text("".join(f"{name}\t{count}\n" for name, count in lost.most_common()), encoding="utf-8")
