//! One sentence and its translation: what went wrong on the way, and what of it the source can mend.

use super::{
    guards,
    names::{self, Lost},
    quantities::{self, Quantity, missing, quantities},
};
use crate::domain::{Fault, Language, LanguagePair, Span};

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// What its looks tell.
    pub looks: Vec<Fault>,
    /// Names of the source that did not come through.
    pub lost: Vec<Lost>,
    /// Names that nothing in the source explains.
    pub added: Vec<Span>,
    /// Words with a capital that neither the source nor the language has: no fault by themselves.
    pub doubtful: Vec<Span>,
    /// The source's quantities.
    pub source: Vec<Quantity>,
    /// The translation's.
    pub target: Vec<Quantity>,
    /// Places in `source` of quantities that the translation lacks.
    pub missing: Vec<usize>,
    /// Places in `target` of quantities that the source lacks.
    pub invented: Vec<usize>,
    /// Places in `target` of digits that stand with the source's points and commas: `31,683` reads as a decimal in Spanish.
    pub copied: Vec<usize>,
}

impl Findings {
    /// Compares `translation` with the sentence `source`.
    pub fn of(source: &str, translation: &str, pair: LanguagePair) -> Self {
        let (from, into) = (quantities(source, pair.source), quantities(translation, pair.target));
        let names = names::Compared::of(source, translation, pair);
        Self {
            looks: guards::of_translation(source, translation, pair),
            lost: names.lost(),
            added: names.added(),
            doubtful: names.doubtful(),
            missing: missing(&from, &into),
            invented: missing(&into, &from),
            copied: copied(source, &from, translation, &into),
            source: from,
            target: into,
        }
    }

    /// Each kind of fault once. A name that is not seen in the translation counts only where another word stands in its
    /// place: people leave names out, and put other words for them, in three of a hundred sentences.
    pub fn faults(&self) -> Vec<Fault> {
        let number = !self.missing.is_empty() || !self.invented.is_empty();
        let name = !self.added.is_empty() || self.lost.iter().any(|lost| lost.replacement.is_some());
        let looks = self.looks.iter().copied();
        looks.chain(number.then_some(Fault::Number)).chain(name.then_some(Fault::Name)).collect()
    }

    /// What `after` no longer has.
    pub fn mended_in(&self, after: &Self) -> Vec<Fault> {
        let left = after.faults();
        let mut gone: Vec<Fault> = self.faults().into_iter().filter(|fault| !left.contains(fault)).collect();
        for (fewer, fault) in
            [(after.lost.len() < self.lost.len(), Fault::Name), (after.copied.len() < self.copied.len(), Fault::Number)]
        {
            if fewer && !gone.contains(&fault) {
                gone.push(fault);
            }
        }
        gone
    }

    /// Whether it misleads, or cannot be read: worth the work of another translation.
    pub fn is_grave(&self) -> bool {
        self.faults().into_iter().any(|fault| fault.weight() >= Fault::GRAVE)
    }

    /// The same of other texts, in which parts are elsewhere: `source`'s at `original`, the translation's at `place`.
    pub fn moved(mut self, source: &str, original: impl Fn(Span) -> Span, place: impl Fn(Span) -> Span) -> Self {
        for lost in &mut self.lost {
            lost.source = original(lost.source);
            lost.name = source.get(lost.source.start..lost.source.end).unwrap_or_default().to_owned();
            lost.replacement = lost.replacement.map(&place);
        }
        self.added.iter_mut().chain(&mut self.doubtful).for_each(|span| *span = place(*span));
        self.source.iter_mut().for_each(|quantity| quantity.span = original(quantity.span));
        self.target.iter_mut().for_each(|quantity| quantity.span = place(quantity.span));
        self
    }

    /// How bad it is: 0 where nothing was found. Translations of one sentence are compared by this.
    pub fn weight(&self) -> usize {
        let looks: usize = self.looks.iter().map(|fault| fault.weight()).sum();
        let replaced = self.lost.iter().filter(|lost| lost.replacement.is_some()).count();
        let figures = self.missing.len() + self.invented.len();
        let hints = self.lost.len() - replaced + self.copied.len() + self.doubtful.len();
        looks + Fault::Name.weight() * (replaced + self.added.len()) + Fault::Number.weight() * figures + HINT * hints
    }
}

/// Quantities of `into` that are written letter for letter as one of `from`, with a point or comma between digits.
fn copied(source: &str, from: &[Quantity], translation: &str, into: &[Quantity]) -> Vec<usize> {
    let text = |text: &str, quantity: &Quantity| text.get(quantity.span.start..quantity.span.end).map(str::to_owned);
    let separated = |text: &str| {
        let bytes = text.as_bytes();
        bytes
            .windows(3)
            .any(|part| part[0].is_ascii_digit() && matches!(part[1], b'.' | b',') && part[2].is_ascii_digit())
    };
    let sources: Vec<String> = from.iter().filter_map(|quantity| text(source, quantity)).collect();
    let is_copied = |quantity: &Quantity| {
        let value = !matches!(quantity.kind, quantities::Kind::Date | quantities::Kind::Time);
        value && text(translation, quantity).is_some_and(|text| separated(&text) && sources.contains(&text))
    };
    (0..into.len()).filter(|at| is_copied(&into[*at])).collect()
}

/// A name that may have been left out, or that is there in a form that is not known.
const HINT: usize = 1;

/// Parts of a sentence and of its translation that the translator took together.
pub type Link = (Span, Span);

/// `translation` with the source's names and figures where others stand in their place; `None` where nothing can be put
/// in, or it would be no better. `links` are asked for where it cannot be told by its looks where a name went; there may be
/// none.
pub fn mended(
    source: &str,
    translation: &str,
    pair: LanguagePair,
    findings: &Findings,
    links: impl FnOnce() -> Vec<Link>,
) -> Option<(String, Findings)> {
    let placeless = findings.lost.iter().any(|lost| lost.replacement.is_none());
    let links = if placeless { links() } else { Vec::new() };
    let mut edits = names_to_put_in(translation, pair, findings, &links);
    edits.extend(figures_to_rewrite(pair, findings));
    edits.extend(figures_to_put_in(pair, findings));
    let text = edited(translation, edits)?;
    let after = Findings::of(source, &text, pair);
    (after.weight() < findings.weight()).then_some((text, after))
}

/// A place in the translation and what belongs there.
type Edit = (Span, String);

fn names_to_put_in(translation: &str, pair: LanguagePair, findings: &Findings, links: &[Link]) -> Vec<Edit> {
    let right = |lost: &Lost| names::in_target(&lost.name, pair).unwrap_or_else(|| lost.name.clone());
    let linked = |lost: &Lost| written_from(lost.source, &lost.name, translation, links);
    let place = |lost: &Lost| lost.replacement.or_else(|| linked(lost));
    findings.lost.iter().filter_map(|lost| Some((place(lost)?, right(lost)))).collect()
}

/// `translation` with the source's own words in the place of those that are doubtful and look like them: rather a word
/// that is not translated than one that there is not. `None` where that betters nothing.
pub fn with_originals(
    source: &str,
    translation: &str,
    pair: LanguagePair,
    findings: &Findings,
) -> Option<(String, Findings)> {
    let edit = |span: &Span| {
        let word = translation.get(span.start..span.end)?;
        if names::is_address(word) {
            return Some((with_article(translation, *span), String::new()));
        }
        Some((*span, names::original(word, source)?.to_owned()))
    };
    let text = edited(translation, findings.doubtful.iter().filter_map(edit).collect())?;
    let after = Findings::of(source, &text, pair);
    (after.weight() < findings.weight()).then_some((text, after))
}

/// A title with its stop, the article before it and the blank after it.
fn with_article(translation: &str, title: Span) -> Span {
    let (before, after) = (&translation[..title.start], &translation[title.end..]);
    let article = ["el ", "la "]
        .into_iter()
        .find(|article| before.strip_suffix(article).is_some_and(|rest| rest.is_empty() || rest.ends_with(' ')));
    let rest = after.strip_prefix('.').unwrap_or(after).trim_start();
    Span::new(title.start - article.map_or(0, str::len), translation.len() - rest.len())
}

/// The words of `translation` that were written from `name`, which the source has at `source`, and from nothing else, not
/// many more than it has.
pub fn written_from(source: Span, name: &str, translation: &str, links: &[Link]) -> Option<Span> {
    let from_name = |link: &&Link| link.0.start < source.end && source.start < link.0.end;
    let start = links.iter().filter(from_name).map(|link| link.1.start).min()?;
    let end = links.iter().filter(from_name).map(|link| link.1.end).max()?;
    let span = whole_words(translation, Span::new(start, end))?;
    let inside = |link: &&Link| link.1.start < span.end && span.start < link.1.end;
    let words = |text: &str| text.split_whitespace().count();
    let shown = &translation[span.start..span.end];
    let alone = links.iter().filter(inside).all(|link| from_name(&link));
    let alike = words(shown) <= words(name) + 1 && !shown.contains(char::is_numeric);
    (alone && alike).then_some(span)
}

/// `span` without the marks at its ends, and with the rest of the words that it cuts; `None` without a letter.
fn whole_words(text: &str, span: Span) -> Option<Span> {
    let part = text.get(span.start..span.end)?;
    let first = span.start + part.find(char::is_alphanumeric)?;
    let last = span.start + part.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    let before = text[..first].trim_end_matches(char::is_alphanumeric).len();
    let after = &text[last..];
    Some(Span::new(before, last + after.find(|c: char| !c.is_alphanumeric()).unwrap_or(after.len())))
}

/// A quantity as the language writes it; `None` for one whose way is not known.
fn written(quantity: &Quantity, language: Language) -> Option<String> {
    match language {
        Language::SPANISH => Some(quantity.to_spanish()),
        Language::ENGLISH => Some(quantity.to_english()),
        _ => None,
    }
}

/// Copied figures in the target's way, by the value that the source gives them.
fn figures_to_rewrite(pair: LanguagePair, findings: &Findings) -> Vec<Edit> {
    let Findings { source, target, copied, .. } = findings;
    let right = |at: &usize| {
        let same = source.iter().find(|quantity| quantity.agrees(&target[*at]))?;
        Some((target[*at].span, written(same, pair.target)?))
    };
    copied.iter().filter_map(right).collect()
}

/// Figures of one kind take each other's places in order, where as many are missing as were invented.
fn figures_to_put_in(pair: LanguagePair, findings: &Findings) -> Vec<Edit> {
    let Findings { source, target, missing, invented, .. } = findings;
    let mut edits = Vec::new();
    for kind in [
        quantities::Kind::Number,
        quantities::Kind::Ordinal,
        quantities::Kind::Percent,
        quantities::Kind::Money,
        quantities::Kind::Date,
        quantities::Kind::Time,
    ] {
        let lacking: Vec<_> = missing.iter().map(|at| &source[*at]).filter(|found| found.kind == kind).collect();
        let wrong: Vec<_> = invented.iter().map(|at| &target[*at]).filter(|found| found.kind == kind).collect();
        if lacking.len() == wrong.len() {
            let alike = |(right, wrong): &(&Quantity, &Quantity)| right.is_weekday() == wrong.is_weekday();
            let edit = |(right, wrong): (&Quantity, &Quantity)| Some((wrong.span, written(right, pair.target)?));
            edits.extend(lacking.into_iter().zip(wrong).filter(alike).filter_map(edit));
        }
    }
    edits
}

/// `text` with the edits made, later ones that overlap earlier ones left out; `None` without any.
fn edited(text: &str, mut edits: Vec<Edit>) -> Option<String> {
    edits.sort_by_key(|(span, _)| span.start);
    let (mut out, mut end) = (String::with_capacity(text.len()), 0);
    for (span, right) in &edits {
        if span.start >= end {
            out.push_str(text.get(end..span.start)?);
            out.push_str(right);
            end = span.end;
        }
    }
    out.push_str(text.get(end..)?);
    (!edits.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN_ES: LanguagePair = LanguagePair { source: Language::ENGLISH, target: Language::SPANISH };

    fn mend(source: &str, translation: &str) -> Option<String> {
        mended(source, translation, EN_ES, &Findings::of(source, translation, EN_ES), Vec::new).map(|(text, _)| text)
    }

    #[test]
    fn wrong_names_and_figures_give_way_to_those_of_the_source() {
        for (source, translation, expected) in [
            (
                "President Andrés Molina met Laura Bennett on Tuesday.",
                "El presidente Andsré Molina se reunió el martes con Laura Bennett.",
                "El presidente Andrés Molina se reunió el martes con Laura Bennett.",
            ),
            (
                "The flood displaced 951,000 people in Kerala.",
                "La inundación desplazó a 915.000 personas en Kerala.",
                "La inundación desplazó a 951.000 personas en Kerala.",
            ),
            (
                "The group has 31,683 members in Kerala.",
                "El grupo tiene 31,683 miembros en Kerala.",
                "El grupo tiene 31.683 miembros en Kerala.",
            ),
            (
                "The two spoke on Tuesday, Nov. 3.",
                "Los dos hablaron el jueves 3 de noviembre.",
                "Los dos hablaron el martes 3 de noviembre.",
            ),
            (
                "Exports rose by 5 percent in March.",
                "Las exportaciones subieron un 50 por ciento en marzo.",
                "Las exportaciones subieron un 5\u{a0}% en marzo.",
            ),
        ] {
            assert_eq!(mend(source, translation).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_right_translation_stays_as_it_is() {
        for (source, translation) in [
            (
                "Germany and the US spent $3.2 billion on Nov. 3.",
                "Alemania y EE. UU. gastaron 3200 millones de dólares el 3 de noviembre.",
            ),
            ("Works begin in May.", "Las obras comienzan en mayo."),
        ] {
            let findings = Findings::of(source, translation, EN_ES);
            assert_eq!((findings.weight(), findings.faults()), (0, vec![]), "{findings:?}");
            assert_eq!(mend(source, translation), None);
        }
    }

    #[test]
    fn a_name_that_became_any_word_is_put_where_the_translator_looked_at_it() {
        let (source, translation) = ("The storm hit Honduras on Monday.", "La tormenta golpeó libran el lunes.");
        let at = |text: &str, part: &str| {
            let start = text.find(part).unwrap();
            Span::new(start, start + part.len())
        };
        let link = |from: &str, into: &str| (at(source, from), at(translation, into));
        let links =
            [link("storm", "tormenta"), link("hit", "golpeó"), link("Honduras", "libr"), link("Honduras", "an")];
        let findings = Findings::of(source, translation, EN_ES);
        let mended =
            |links: &[Link]| mended(source, translation, EN_ES, &findings, || links.to_vec()).map(|(text, _)| text);
        assert_eq!(mended(&links).as_deref(), Some("La tormenta golpeó Honduras el lunes."));
        let shared = [links[2], links[3], link("hit", "libran")];
        assert_eq!(mended(&shared), None, "the word stands for something else as well");
    }

    /// Terms of a glossary are checked as the placeholders that stand for them.
    #[test]
    fn a_placeholder_is_a_name_that_came_through() {
        for (source, translation) in [
            ("Shares of X41 rose 5 percent in March.", "Las acciones de X41 subieron un 5 por ciento en marzo."),
            ("X42 and X41 met in March.", "X41 y X42 se reunieron en marzo."),
            ("The X41 of March 3 was signed.", "El X41 del 3 de marzo fue firmado."),
            ("X41 March sales fell by 3 percent.", "Las ventas de marzo de X41 cayeron un 3 por ciento."),
            ("The X52 talks of March failed.", "Las conversaciones X52 de marzo fracasaron."),
            ("X41's X42 million.", "Los X42 millones de X41."),
        ] {
            let findings = Findings::of(source, translation, EN_ES);
            assert_eq!((findings.weight(), findings.faults()), (0, vec![]), "{source}: {findings:?}");
            let figures = findings.source.iter().filter(|quantity| !quantity.weak);
            assert!(figures.into_iter().all(|quantity| !source[quantity.span.start..].starts_with('4')), "{source}");
        }
        let lost = Findings::of("X41 rose in March.", "Subieron en marzo.", EN_ES);
        assert!(lost.missing.is_empty(), "a lost placeholder is no number");
    }

    #[test]
    fn a_word_that_there_is_not_gives_way_to_the_sources_own() {
        for (source, translation, expected) in [
            (
                "The House Select Committee heard Clinton.",
                "El Comité de Seleccionación de la Cámara escuchó a Clinton.",
                Some("El Comité de Select de la Cámara escuchó a Clinton."),
            ),
            (
                "Updated July, 6:40 PM, Juventus lead.",
                "Según se dice que el Sr. July, lidera la Juventus.",
                Some("Según se dice que July, lidera la Juventus."),
            ),
            ("The committee heard Clinton.", "El comité escuchó a Clinton.", None),
        ] {
            let findings = Findings::of(source, translation, EN_ES);
            let text = with_originals(source, translation, EN_ES, &findings).map(|(text, _)| text);
            assert_eq!(text.as_deref(), expected, "{findings:?}");
        }
    }

    #[test]
    fn a_title_that_the_source_has_not_is_doubtful() {
        let doubtful = |source: &str, translation: &str| Findings::of(source, translation, EN_ES).doubtful.len();
        assert_eq!(doubtful("Updated in July, Juventus lead.", "Según el Sr. Julio, lidera la Juventus."), 1);
        assert_eq!(doubtful("Mr Molina spoke.", "Habló el Sr. Molina."), 0);
    }

    #[test]
    fn edits_keep_what_stands_between_them() {
        let edit = |start, end, text: &str| (Span::new(start, end), text.to_owned());
        assert_eq!(edited("a bb c", vec![edit(5, 6, "z"), edit(0, 1, "x")]).as_deref(), Some("x bb z"));
        assert_eq!(edited("a bb c", vec![edit(0, 4, "x"), edit(2, 4, "y")]).as_deref(), Some("x c"));
        assert_eq!(edited("a", vec![]), None);
    }
}
