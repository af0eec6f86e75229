"""The stages that compare with references: summaries by ROUGE, translations by BLEU and chrF."""
import statistics

import sacrebleu
from rouge_score import rouge_scorer

import baselines
import sets
from served import sentences

MEASURES = ["rouge1", "rouge2", "rougeLsum"]
TRANSLATIONS = ("flores-dev", "newstest2012")


def rouge(scorer, item, summary):
    score = scorer.score(sets.reference(item), "\n".join(summary))
    return [100 * score[measure].fmeasure for measure in MEASURES]


def by_system(breve, name):
    """The summaries of each system for one set."""
    count = sets.SETS[name]
    items = breve.items(name)
    found = {"Breve": [sentences(answer, "en") for answer in breve.summaries(name)]}
    for system, summarize in baselines.SYSTEMS.items():
        found[system] = [summarize(item["article"], count) for item in items]
    return items, found


def summaries(breve):
    scorer = rouge_scorer.RougeScorer(MEASURES, use_stemmer=True)
    rows, titles = {}, []
    for name, count in sets.SETS.items():
        items, found = by_system(breve, name)
        titles.append(f"{name}: {len(items)}, {count} sentence{'s' if count > 1 else ''} each")
        breve.say(f"{name}: scoring {len(found)} systems")
        for system, texts in found.items():
            means = map(statistics.fmean, zip(*(rouge(scorer, *pair) for pair in zip(items, texts))))
            rows.setdefault(system, []).append(" / ".join(f"{mean:.2f}" for mean in means))
    return sets.table(["system", *titles], [[system, *cells] for system, cells in rows.items()])


def translation(breve):
    rows = []
    for name in TRANSLATIONS:
        texts, references = breve.translations(name, breve.default_checks()), breve.lines(name, "es")
        figures = (sacrebleu.corpus_bleu(texts, [references]).score, sacrebleu.corpus_chrf(texts, [references]).score)
        rows.append([name, len(texts), *(f"{figure:.2f}" for figure in figures)])
    return sets.table(["set", "lines", "BLEU", "chrF2"], rows)
