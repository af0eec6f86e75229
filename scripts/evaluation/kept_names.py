"""The stage that counts names which come through translation, with Breve's checks off and on."""
import collections

import independent
import sets

SET = "newstest2012"


def names(source, reference):
    """Capitalised words inside an English line, begun sentences apart, that its human translation keeps as they are."""
    kept = {independent.fold(word.text) for word in independent.words(reference) if word.capital}
    found = (independent.stem(word.text) for word in independent.words(source) if word.capital and not word.initial)
    return sorted({name for name in found if len(name) > 1 and name in kept})


def through(expected, texts):
    """Of the names of each line, those that its translation holds."""
    held = ({independent.stem(word.text) for word in independent.words(text)} for text in texts)
    return {(line, name) for line, words in enumerate(held) for name in expected[line] if name in words}


def share(kept, total):
    return f"{kept} ({100 * kept / total:.2f}%)" if total else "none"


def kept_names(breve):
    pairs = zip(breve.lines(SET, "en"), breve.lines(SET, "es"))
    expected = [names(*pair) for pair in pairs]
    total = sum(map(len, expected))
    switch = breve.switches["translate", "checks"]
    off = through(expected, breve.translations(SET, False if switch else None))
    rows = [["off" if switch else "this breve has none", total, share(len(off), total), total - len(off), "", ""]]
    if switch:
        on = through(expected, breve.translations(SET, True))
        rows.append(["on", total, share(len(on), total), total - len(on), len(on - off), len(off - on)])
    _log(breve, expected, off)
    return sets.table(["checks", "names", "kept", "mangled", "repaired", "newly mangled"], rows)


def _log(breve, expected, kept):
    """The names that come through mangled, most frequent first."""
    every = ((line, name) for line, names in enumerate(expected) for name in names)
    lost = collections.Counter(pair[1] for pair in every if pair not in kept)
    path = breve.options.home / "names.tsv"
    path.write_text("".join(f"{name}\t{count}\n" for name, count in lost.most_common()), encoding="utf-8")
