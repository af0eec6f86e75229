use proptest::prelude::*;

use super::*;

const ARTICLE: [&str; 6] = [
    "The city council voted on Monday to close the old bridge over the river.",
    "Engineers had found cracks in two of its pillars in March.",
    "Mayor Elena Ortiz said that repairs would cost 4 million euros.",
    "Bus lines 7 and 12 will take another route until the summer.",
    "Shop owners fear that customers will stay away.",
    "It was not.",
];

fn support(sentence: &str) -> Support {
    Index::of(&ARTICLE, Language::ENGLISH).support(sentence)
}

fn sources(sentence: &str) -> Vec<usize> {
    support(sentence).sources.iter().map(|source| source.index).collect()
}

#[test]
fn finds_the_sentences_that_say_it() {
    for (sentence, expected) in [
        ("The council closes an old bridge.", vec![0]),
        ("Repairs will cost 4 million euros, the mayor said.", vec![2]),
        ("Engineers found cracks in the pillars, and repairs cost 4 million euros.", vec![2, 1]),
        ("It was not.", vec![5]),
    ] {
        assert_eq!(sources(sentence), expected, "{sentence}");
    }
}

#[test]
fn what_the_article_says_scores_high_and_what_it_does_not_low() {
    for sentence in ["The city council voted to close the bridge.", "Cracks had been found in two pillars.", ARTICLE[3]]
    {
        assert!(support(sentence).score > 0.8, "{sentence}: {:?}", support(sentence));
    }
    for sentence in ["A volcano erupted in Iceland.", "The king praised the soldiers for their courage.", "Il pleut."] {
        assert!(support(sentence).score < UNSUPPORTED, "{sentence}: {:?}", support(sentence));
    }
}

#[test]
fn a_wrong_number_costs_more_than_a_wrong_word() {
    let [number, word] = ["Repairs would cost 9 million euros.", "Repairs would cost 4 thousand euros."].map(support);
    assert!(number.score < word.score, "{number:?} {word:?}");
}

#[test]
fn reads_spanish_forms_of_a_word() {
    let article = ["El ministro anunció nuevas ayudas.", "Los agricultores protestaban en las calles de Sevilla."];
    let found = Index::of(&article, Language::SPANISH).support("Los agricultores protestaron en una calle.");
    assert_eq!((found.sources.len(), found.sources[0].index), (1, 1));
    assert!(found.score > 0.9, "{found:?}");
}

#[test]
fn nothing_supports_anything_in_an_empty_article() {
    let none = Support { sources: vec![], score: 0.0 };
    assert_eq!(Index::of::<&str>(&[], Language::ENGLISH).support("A sentence."), none);
    assert_eq!(support("..."), none);
    assert_eq!(support(""), none);
}

#[test]
fn sixty_thousand_words_take_no_time() {
    let article: Vec<_> = (0..4000)
        .map(|n| format!("Sentence {n} of the article tells of the {} houses and the {n} cats of this town.", n % 97))
        .collect();
    let started = std::time::Instant::now();
    let index = Index::of(&article, Language::ENGLISH);
    for n in 0..20 {
        assert!(index.support(&format!("The article tells of {n} cats, houses and towns.")).score > 0.5);
    }
    assert!(started.elapsed().as_secs() < 5, "took {:?}", started.elapsed());
}

proptest! {
    #[test]
    fn a_verbatim_sentence_comes_first_with_full_score(
        sentences in prop::collection::vec("\\PC{1,40}|[ab .]{1,9}", 1..8),
        pick in 0usize..8,
    ) {
        let pick = &sentences[pick % sentences.len()];
        let found = Index::of(&sentences, Language::ENGLISH).support(pick);
        prop_assert_eq!(sentences[found.sources[0].index].trim(), pick.trim());
        prop_assert_eq!((found.sources[0].score, found.score), (1.0, 1.0));
    }

    #[test]
    fn scores_are_shares(
        sentences in prop::collection::vec("[a-e ]{0,30}|\\PC{0,30}", 0..8),
        sentence in "[a-e ]{0,30}|\\PC{0,30}",
    ) {
        let found = Index::of(&sentences, Language::SPANISH).support(&sentence);
        prop_assert!(found.sources.len() <= 3 && (0.0..=1.0).contains(&found.score));
        for source in &found.sources {
            prop_assert!(source.index < sentences.len(), "{found:?}");
            prop_assert!(source.score > 0.0 && source.score <= found.score + 1e-9, "{found:?}");
        }
    }
}
