"""From paragraphs to sentences of running text: prose(paragraph, language)."""
import html
import re

from wikitext import LEFT_OUT

SHORTEST_WORDS, LONGEST_WORDS = 5, 60
_CAPITALS = "A-ZÁÉÍÓÚÑÜ"
_OPENING, _CLOSING = "[\"“‘«(¿¡]*", "[\"”’»)\\]]*"
_START = re.compile(f"{_OPENING}[{_CAPITALS}0-9]")
_END = re.compile(f"[.!?…]{_CLOSING}$")
_BREAK = re.compile(rf"[.!?…]+{_CLOSING}\s+(?={_START.pattern})")
_ABBREVIATED = """
    Mr Mrs Ms Messrs Dr Prof Sr Sra Jr St Hon hon Gent Rt Sen Rep Gen Gov Lt Col Capt Excmo Dª Mt Ft Bros Inc Ltd Co
    Corp Jan Feb Aug Sept Oct Dec No Nos Art art núm pág vol Vol pp p ed eds vs c ca cf approx est lit trans gen sp spp
    subsp var b d r fl e.g i.e""".split()
_ABBREVIATION = re.compile(rf"\b(?:[A-Z]|{'|'.join(map(re.escape, _ABBREVIATED))})\.$")  # also "U.S.", "John F."
_INVISIBLE = re.compile("[\u200b\ufeff\u00ad]")
_NO_PROSE = re.compile("|".join((
    r"https?:|www\.|[{}|<>=\\]|\[\[|\]\]|_{2}|''|\bthumb\b|\d+px", LEFT_OUT,  # markup and addresses
    r"â€|Â|Ã[^O]|\ufffd",  # text that was decoded wrongly
    r"\( ?\)|,,| ,|,\.$|\.{4}",  # something was taken out, or breaks off
    r"^\W*\d+\.$",  # the number of an item
)))
_COMMON = {
    "en": set("the of and to in a is was for that with as by on are be it his were from at which has have".split()),
    "es": set("de la que el en y a los se del las un por con una su para es al lo como más o fue no".split()),
}
_PUNCTUATION = "“”‘’–—…«»€™′″−"


def split(text):
    """The sentences of a paragraph; the last one may have no end. A point after an abbreviation ends none."""
    text = " ".join(text.split())
    found, start = [], 0
    for match in _BREAK.finditer(text):
        sentence = text[start:match.end()].strip()
        if not _ABBREVIATION.search(sentence):
            found.append(sentence)
            start = match.end()
    return [*found, text[start:]]


def mended(sentence):
    """Without the spaces and brackets that are left where something was taken out."""
    if " ." in sentence or " ," in sentence:
        sentence = re.sub(r"\s+([.,;:!?])", r"\1", sentence)
    sentence = re.sub(r"\(\s*[,;]*\s*\)", "", sentence)
    return " ".join(re.sub(r"\(\s*[,;]\s*", "(", sentence).split())


def has_common_words(sentence, language):
    """Whether it is in this language, and no list of names."""
    return any(word.lower().strip(".,;:\"()") in _COMMON[language] for word in sentence.split())


def is_lettered(sentence):
    """Mostly letters, few of them capitals and few of other scripts."""
    letters, capitals = sum(map(str.isalpha, sentence)), sum(map(str.isupper, sentence))
    other = sum(ord(character) > 0x24f and character not in _PUNCTUATION for character in sentence)
    return letters >= 0.7 * len(sentence) and capitals <= 0.3 * letters and other <= 0.05 * len(sentence)


def is_prose(sentence, language):
    """Whether it is one whole sentence of running text."""
    if not SHORTEST_WORDS <= len(sentence.split()) <= LONGEST_WORDS:
        return False
    if not _START.match(sentence) or not _END.search(sentence) or _NO_PROSE.search(sentence):
        return False
    if sentence.count('"') % 2 or sentence.count("(") != sentence.count(")"):
        return False
    return is_lettered(sentence) and has_common_words(sentence, language)


def prose(paragraph, language):
    """The sentences of a paragraph that are whole and running text."""
    text = _INVISIBLE.sub("", html.unescape(paragraph))
    return [sentence for sentence in map(mended, split(text)) if is_prose(sentence, language)]


def key(sentence):
    """The same for sentences that differ in letter case and punctuation alone."""
    return re.sub(r"\W+", "", sentence.lower())
