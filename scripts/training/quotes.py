"""Quotation marks: the same on both sides of a pair, and pairs made into quotations as news has them.

Where the sides of the pairs differ, as they do in a quarter of those that have any, a model learns to lose the marks.
"""
import re

_MARK = re.compile(r'["“”„«»]')
_SINGLE = re.compile(r"(?<!\w)'(?=\w)|(?<=[\w.,!?])'(?!\w)")
_ENGLISH = (('"', '"'), ('"', '"'), ('"', '"'), ("“", "”"), ("'", "'"))
_SPANISH = (('"', '"'), ("«", "»"), ("“", "”"))
_STANDS_FOR = {"«": '"', "»": '"', "„": "“"}  # English for the marks of Spanish
_VERBS = (
    ("{} said", "dijo {}"), ("{} said", "dijo {}"), ("said {}", "dijo {}"), ("said {}", "dijo {}"), ("{} says", "dice {}"),
    ("{} added", "añadió {}"), ("{} explained", "explicó {}"), ("according to {}", "según {}"), ("{} wrote", "escribió {}"),
    ("{} told reporters", "declaró {} a los periodistas"), ("{} said in a statement", "dijo {} en un comunicado"),
    ("{} told the newspaper", "dijo {} al periódico"), ("{} warned", "advirtió {}"), ("{} said on Tuesday", "dijo {} el martes"),
)
_SPEAKERS = (
    ("the president", "el presidente"), ("the minister", "el ministro"), ("a spokesman", "un portavoz"), ("he", ""),
    ("the company", "la empresa"), ("police", "la policía"), ("the White House", "la Casa Blanca"), ("she", ""),
    ("a spokeswoman", "una portavoz"), ("the government", "el gobierno"), ("the director", "el director"),
)
# English and Spanish; S is what is quoted, without its stop, ( and ) are the marks.
_WHOLE = (("(S.)", "(S)."), ("(S.)", "(S)."), ("(S.", "(S."), ("S.)", "S)."))
_SAID = (("(S,) V.", "(S), V."), ("(S,) V.", "(S), V."), ("(S,) V.", "(S), V."), ("S,) V.", "S), V."),
         ("N said: (S.)", "N dijo: (S)."), ("N said, (S.)", "N dijo: (S)."))


def alike(english, spanish, reverse=False):
    """What is translated keeps its marks, and its translation has them too; neither has any where their numbers differ.
    `reverse`: from Spanish into English."""
    marks, others = _MARK.findall(english), _MARK.findall(spanish)
    if others and not marks and len(_SINGLE.findall(english)) == len(others):
        return (_SINGLE.sub('"', english), spanish) if reverse else (english, _MARK.sub('"', spanish))
    if len(marks) != len(others):
        return _without(english), _without(spanish)
    if reverse:
        return _with(english, others), spanish
    return english, _with(spanish, marks)


def count(text):
    """How many marks, opening or closing; none of those is an apostrophe."""
    return len(_MARK.findall(text))


def _without(text):
    return re.sub(r" {2,}", " ", _MARK.sub("", text)).strip()


def _with(text, marks):
    """The text with these marks in place of its own."""
    following = iter(marks)
    return _MARK.sub(lambda _: _STANDS_FOR.get(mark := next(following), mark), text)


def quotation(english, spanish, person, rng):
    """The pair as something that is quoted, with or without who said it; `person` makes a name. A sentence may hold
    one mark alone, as a quotation may go on in the next. The marks are put right by `alike`."""
    ends = english[-1:] + spanish[-1:]
    if ends != ".." or count(english + spanish):
        return english, spanish
    form = rng.choice(_WHOLE if rng.random() < 0.4 else _SAID)
    said = _said(person(rng), rng)
    return tuple(_fill(*side) for side in zip(form, (english[:-1], spanish[:-1]), said,
                                              (rng.choice(_ENGLISH), rng.choice(_SPANISH))))


def _said(name, rng):
    """What stands for the letters of a form, in English and in Spanish."""
    verbs, speakers = rng.choice(_VERBS), rng.choice(_SPEAKERS) if rng.random() < 0.5 else (name, name)
    if speakers[0] in ("he", "she"):
        verbs = ("{} said", "dijo {}")
    return tuple({"N": name, "V": verb.format(speaker).strip()} for verb, speaker in zip(verbs, speakers))


def _fill(form, text, said, style):
    parts = {"S": text, **said, "(": style[0], ")": style[1]}
    return "".join(parts.get(letter, letter) for letter in form)
