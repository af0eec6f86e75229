"""What the translators are trained on: the sources of the archive whose terms allow a model to be redistributed.

A source that is not in this table is left out. `passes` is how often a pair is met in one pass over the data: prose
counts more than manuals, of which the archive has most.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    licence: str
    passes: float
    what: str
    first: int = None  # only the first pairs in the archive's order, where what follows has other terms


SOURCES = {
    "europarl_samples": Source("Europarl (free use, acknowledged)", 1.5, "European Parliament, samples"),
    "wmt07_europarl_devtest": Source("Europarl (free use, acknowledged)", 1.5, "European Parliament, 2006"),
    "globalvoices_pivot": Source("CC-BY-3.0", 0.6, "Global Voices news, joined through Aymara"),
    "tatoeba": Source("CC-BY-2.0-FR", 0.4, "Tatoeba sentences"),
    "pawsx": Source("free use with attribution (Google)", 1.5, "PAWS-X, Wikipedia sentences"),
    "ud_pud": Source("CC-BY-SA-3.0", 3, "Universal Dependencies PUD, news and Wikipedia"),
    "xquad_mlqa": Source("CC-BY-SA-4.0 and 3.0", 2.5, "XQuAD and MLQA paragraphs, Wikipedia"),
    "mt_geneval": Source("CC-BY-SA-3.0", 2.5, "MT-GenEval, Wikipedia sentences"),
    "tico19": Source("CC0-1.0", 2.5, "TICO-19, health and Wikinews"),
    "ms_business_central": Source("CC-BY-4.0", 0.12, "Microsoft Dynamics 365 manuals"),
    "ms_intune_projops": Source("CC-BY-4.0", 0.12, "Microsoft Intune and Project Operations manuals"),
    "vita_min_tax": Source("MIT", 0.5, "strings of a tax service"),
    "mozilla_www": Source("MPL-2.0", 1, "strings of Mozilla's web pages"),
    "python_docs": Source("PSF-2.0 and CC0-1.0", 0.12, "Python's documentation"),
    # The archive goes on with Pro Git, which is non-commercial, from pair 19,100 or so.
    "tech_docs_md": Source("CC-BY-4.0 and MIT", 0.25, "Open Source Guides, Astro, React", first=18800),
    "gnome_user_docs": Source("CC-BY-3.0 and CC-BY-SA-3.0", 0.3, "GNOME's help pages"),
    "cataclysm": Source("CC-BY-SA-3.0", 1, "Cataclysm: Dark Days Ahead, a game of much text"),
    "debian_handbook": Source("CC-BY-SA-3.0", 1, "The Debian Administrator's Handbook"),
    "libreoffice_help": Source("MPL-2.0", 0.12, "LibreOffice's help pages"),
}

# Text in one language, of which distil.py makes pairs. `passes` as above; fetch_texts.sh and texts.py say where each comes from.
SYNTHETIC = {
    "wikivital": Source("CC-BY-SA-4.0", 1, "Wikipedia, beginnings of vital articles"),
    "wikigeneral": Source("CC-BY-SA", 1, "Wikipedia, whole articles"),
    "wikical": Source("CC-BY-SA", 1, "Wikipedia, any articles"),
    "wikifull": Source("CC-BY-SA", 1, "Wikipedia, whole articles"),
    "wikidays": Source("CC-BY-SA-3.0", 0.7, "Wikipedia, events by day"),
    "sotu": Source("public domain", 0.4, "State of the Union addresses, 1900 to 2021"),
    "sotuold": Source("public domain", 0.1, "State of the Union addresses, 1790 to 1899"),
    "sotu2021": Source("public domain", 0.5, "State of the Union addresses since 2021"),
    "factbook": Source("public domain", 0.4, "The World Factbook, 2014 and 2025"),
    "wordnetex": Source("WordNet-3.0", 0.2, "example sentences of WordNet"),
    "pivot_own": Source("as the pairs'", 0.6, "English sides of the pairs of prose above"),
    "pairs_es": Source("as the pairs'", 0.6, "Spanish sides of the pairs of prose above; English is by es-en"),
    "wikivital_es": Source("CC-BY-SA-4.0", 1, "Spanish Wikipedia, beginnings of vital articles; English is by es-en"),
}
