//! Whole sentences: what a name is called by depends on the words around it.

use super::*;

/// Whole sentences whose names came through, however they are written.
const WHOLE: &[(&str, &str)] = &[
    // Acronyms that are written out, or are those of the name in the other language.
    ("The NCPA approved it.", "Lo aprobó la Autoridad Noruega de Puertos y Costas (NCPA)."),
    ("It was signed in the AfWFC talks.", "Se firmó en las conversaciones del Consejo Forestal de África Occidental."),
    ("The Department of Motor Vehicles (DMV) closed.", "Cerró el Departamento de Vehículos Motorizados (DVM)."),
    ("A treaty of the Federal Republic of Germany.", "Un tratado de la RFA (República Federal de Alemania)."),
    ("Sales fell in 2Q.", "Las ventas cayeron en Q2."),
    // Institutions in lower case in one language.
    ("They watched the new sports channel.", "Vieron el nuevo Canal Deportivo."),
    ("They live in eastern Slovakia.", "Viven en Eslovaquia Oriental."),
    // A slip of the shift key.
    ("Sweden is a kingdom.", "EL Reino de Suecia es un reino."),
    // Compounds of words that there are.
    ("They saw Smurf and his land.", "Vieron a Smurf en Smurflandia."),
    ("He bought a Lexmark printer.", "Compró una impresora Lexmark."),
    ("They saw Grass Hopper in town.", "Vieron a Grasshopper en la ciudad."),
];

/// Whole sentences with a word that is no name of the source, and that word.
const INVENTED: &[(&str, &str, &str)] = &[
    // A name that ran together with the next, or grew.
    ("The drummer Gregor Watkins left.", "Se fue el baterista Gregorkins.", "Gregorkins"),
    ("He read it in Weekend Magazine.", "Lo leyó en Weekend Magazineton.", "Magazineton"),
    ("Martha took three of them.", "Marthapó se llevó tres.", "Marthapó"),
    // Acronyms that nothing spells out.
    ("The DMV closed.", "Cerró la DVX.", "DVX"),
];

#[test]
fn whole_sentences_that_came_through_are_not_reported() {
    let pair = LanguagePair::new(EN, ES);
    for (source, translation) in WHOLE {
        let lost: Vec<_> = lost(source, translation, pair);
        assert!(lost.iter().all(|lost| lost.replacement.is_none()), "{translation}: {lost:?}");
        let added: Vec<_> = added(source, translation, pair).iter().map(|s| &translation[s.start..s.end]).collect();
        assert!(added.is_empty(), "{translation}: {added:?}");
    }
}

#[test]
fn words_that_are_no_name_of_the_source_are_reported() {
    let pair = LanguagePair::new(EN, ES);
    for (source, translation, word) in INVENTED {
        let lost = lost(source, translation, pair).into_iter().filter_map(|lost| lost.replacement);
        let mut found = lost.chain(added(source, translation, pair)).map(|s| &translation[s.start..s.end]);
        assert!(found.any(|text| text == *word), "{translation}");
    }
}
