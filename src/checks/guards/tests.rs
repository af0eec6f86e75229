use proptest::prelude::*;

use super::*;

const TO_SPANISH: LanguagePair = LanguagePair { source: Language::ENGLISH, target: Language::SPANISH };
const TO_ENGLISH: LanguagePair = LanguagePair { source: Language::SPANISH, target: Language::ENGLISH };

fn into_spanish(cases: &[(&str, &str, &[Fault])]) {
    for (source, translation, expected) in cases {
        assert_eq!(of_translation(source, translation, TO_SPANISH), *expected, "{translation}");
    }
}

fn into_english(cases: &[(&str, &str, &[Fault])]) {
    for (source, translation, expected) in cases {
        assert_eq!(of_translation(source, translation, TO_ENGLISH), *expected, "{translation}");
    }
}

#[test]
fn loops_are_repeated() {
    let source = "The government wants to improve the quality of the water in the region and to pay for it with a tax.";
    for translation in [
        "El gobierno quiere mejorar cada vez cada vez cada vez más la calidad del agua con un impuesto nuevo.",
        "El gobierno quiere mejorar la calidad de la de la de la de la región y pagar con un impuesto.",
        "El gobierno quiere mejorar la la calidad del agua de la región y pagarlo con un nuevo impuesto.",
        "El gobierno quiere mejorar la calidad, la calidad, la calidad, la calidad y pagar con un impuesto.",
        "El gobierno quiere mejorar la calidad del agua, el gobierno quiere mejorar la calidad del agua.",
        "El gobierno quiere mejorar la calidad del agua porque el gobierno quiere mejorar la calidad del agua.",
        "El gobierno quiere mejorar el agua de la regióooooooon y pagarlo con un nuevo impuesto especial.",
        "El gobierno quiere mejorar el agua de la región 1.1.1.1.1.1.1.1. y pagarlo con un nuevo impuesto.",
        "El gobierno quiere mejorar el agua de la región - - - - - - - - y pagarlo con un nuevo impuesto.",
        "El gobierno quiere mejorar el agua de la región!!!!!!!!!!!! y pagarlo con un nuevo impuesto.",
        "El gobierno quiere jajajajajajajajajajaja el agua de la región y pagarlo con un nuevo impuesto.",
    ] {
        let found = of_translation(source, translation, TO_SPANISH);
        assert!(found.contains(&Fault::Repeated), "{translation}: {found:?}");
    }
    for sentence in ["The the the the.", "It is what it is what it is what it is what.", "ありがとうーーーーーーー。"]
    {
        assert!(of_summary_sentence(sentence, Language::ENGLISH).contains(&Fault::Repeated), "{sentence}");
    }
}

#[test]
fn people_repeat_themselves_too() {
    into_spanish(&[
        ("Little by little, she got better.", "Poco a poco, ella mejoró.", &[]),
        ("“No, no, no, no, no, no,” he said.", "«No, no, no, no, no, no», dijo él.", &[]),
        ("He sang la la la la la all day.", "Cantó la la la la la todo el día.", &[]),
        ("It cost 1,000,000,000,000 pesos.", "Costó 1.000.000.000.000 de pesos.", &[]),
        ("It  rained.", "Llovió          allí.", &[]),
        ("Hahahaha, she laughed.", "Jajajaja, se rio ella.", &[]),
        ("He waited for the goooooool!", "¡Esperaba el goooooool!", &[]),
        ("It grew bigger and bigger and bigger.", "Se hizo más y más y más grande.", &[]),
    ]);
    for sentence in [
        "It got closer and closer and closer.",
        "“No, no, no, no,” he said.",
        "She had had enough of that that day.",
        "He called them f****** liars.",
        "From the north of the city to the south of the city, it rained.",
    ] {
        assert_eq!(of_summary_sentence(sentence, Language::ENGLISH), [], "{sentence}");
    }
}

#[test]
fn text_left_in_the_source_language_is_untranslated() {
    let source = "The farmers say they will not sell their milk until prices rise.";
    into_spanish(&[
        (source, source, &[Fault::Untranslated]),
        (source, "The farmers will not sell the milk until the prices are higher now.", &[Fault::Untranslated]),
        (
            source,
            "Los agricultores dicen que will not sell their milk hasta que suban los precios.",
            &[Fault::Untranslated],
        ),
        ("government announces new measures", "government announces new measures", &[Fault::Untranslated]),
        ("STOCKS FALL AS FEARS GROW", "STOCKS FALL AS FEARS GROW", &[Fault::Untranslated]),
        (
            "“We will never pay for the wall again,” he said in June.",
            "«We will never pay for the wall again», dijo él en el mes de junio.",
            &[Fault::Untranslated],
        ),
    ]);
    let source = "Los vecinos dicen que no van a salir de sus casas hasta que llegue la ayuda.";
    into_english(&[
        (source, source, &[Fault::Untranslated]),
        (
            source,
            "The neighbours say they no van a salir de sus casas until help comes to them.",
            &[Fault::Untranslated],
        ),
    ]);
}

#[test]
fn names_titles_and_loanwords_stay_as_they_are() {
    into_spanish(&[
        ("Hello, BBC News.", "Hola, BBC News.", &[]),
        ("The New York Times", "The New York Times", &[]),
        ("The Lord of the Rings", "The Lord of the Rings", &[]),
        ("Apple, Google, Microsoft and Amazon", "Apple, Google, Microsoft y Amazon", &[]),
        ("Hotel Ritz, Madrid", "Hotel Ritz, Madrid", &[]),
        (
            "She sang “Dancing in the dark” at the end of the show.",
            "Ella cantó «Dancing in the dark» al final del espectáculo.",
            &[],
        ),
        ("See https://example.org/the-best-of-the-web.", "Véase https://example.org/the-best-of-the-web.", &[]),
        ("The software has a marketing blog.", "El software tiene un blog de marketing.", &[]),
        ("No.", "No.", &[]),
        ("100 m: 9.58", "100 m: 9,58", &[]),
    ]);
    into_english(&[("El Niño llegó a la costa.", "El Niño reached the coast.", &[])]);
}

#[test]
fn another_language_is_wrong() {
    for sentence in [
        "O governo anunciou novas medidas para os agricultores que não têm água.",
        "Le gouvernement a annoncé de nouvelles mesures pour les agriculteurs qui sont sans eau.",
        "Il governo ha annunciato nuove misure per gli agricoltori che non hanno acqua.",
        "El govern ha anunciat noves mesures per als pagesos amb els quals es va reunir.",
        "Die Regierung hat neue Maßnahmen für die Bauern angekündigt, die kein Wasser haben.",
        "De regering heeft nieuwe maatregelen aangekondigd voor de boeren die geen water hebben.",
        "Правительство объявило о новых мерах для фермеров, у которых нет воды.",
        "政府はあたらしい措置を発表しました。",
    ] {
        let source = "The government announced new measures for farmers who have no water.";
        let found = of_translation(source, sentence, TO_SPANISH);
        assert!(found.contains(&Fault::WrongLanguage), "{sentence}: {found:?}");
        assert_eq!(of_summary_sentence(sentence, Language::SPANISH), [Fault::WrongLanguage], "{sentence}");
        assert_eq!(of_summary_sentence(sentence, Language::ENGLISH), [Fault::WrongLanguage], "{sentence}");
    }
    let english = "The government announced new measures for farmers.";
    assert_eq!(of_summary_sentence(english, Language::SPANISH), [Fault::WrongLanguage]);
    assert_eq!(of_summary_sentence(english, Language::ENGLISH), []);
}

#[test]
fn foreign_names_are_no_foreign_language() {
    for sentence in [
        "Luiz Inácio Lula da Silva viajó a São Paulo y a Rio de Janeiro.",
        "El diario Le Monde entrevistó a Marine Le Pen en Le Havre.",
        "Ursula von der Leyen se reunió con Angela Merkel.",
        "Leonardo da Vinci pintó «La Gioconda» y «La última cena».",
        "Si da igual, dan ganas de ir.",
        "Dijo la palabra C y la palabra J en voz alta.",
    ] {
        assert_eq!(of_summary_sentence(sentence, Language::SPANISH), [], "{sentence}");
    }
    for sentence in
        ["Vincent van der Berg met Charles de Gaulle.", "Los Angeles and La Paz are twins.", "Also, a man can come."]
    {
        assert_eq!(of_summary_sentence(sentence, Language::ENGLISH), [], "{sentence}");
    }
}

#[test]
fn what_lost_half_is_too_short() {
    into_spanish(&[
        (
            "The company said on Monday that it would close two factories and cut about nine hundred jobs next year.",
            "La empresa dijo el lunes que cerraría dos fábricas.",
            &[Fault::Length],
        ),
        ("It rained on Monday in the north.", "Sí.", &[Fault::Length]),
        (
            "It rained on Monday.",
            "El lunes llovió mucho en el norte del país, y los vecinos de la costa pasaron la noche en sus casas.",
            &[Fault::Length],
        ),
        ("Yes.", "Claro que sí.", &[]),
        ("It rained.", "Llovió.", &[]),
        ("UN", "Naciones Unidas", &[]),
    ]);
    let japanese = LanguagePair { source: Language::ENGLISH, target: "ja".parse().unwrap() };
    assert_eq!(
        of_translation(
            "The government announced new measures on Monday.",
            "政府は月曜日に新措置を発表した。",
            japanese
        ),
        []
    );
}

#[test]
fn what_opens_has_to_close() {
    into_spanish(&[
        ("“It rained,” she said.", "«Llovió», dijo ella.", &[]),
        ("\"It rained,\" she said.", "“Llovió”, dijo ella.", &[]),
        ("“It rained,” she said.", "«Llovió, dijo ella.", &[Fault::Unbalanced]),
        ("It rained (a lot) there.", "Llovió (mucho allí.", &[Fault::Unbalanced]),
        ("“It rained all day.", "«Llovió todo el día.", &[]),
        ("The boys’ dog barked.", "El perro de los chicos ladró.", &[]),
    ]);
}

#[test]
fn a_sentence_has_to_end_and_to_say_something() {
    into_spanish(&[
        ("She left the house.", "Ella salió de la", &[Fault::Unclosed]),
        ("She left the house", "Salió de la casa", &[]),
        ("She left the house.", "«Salió de la casa.»", &[]),
        ("Why did she leave?", "¿Por qué se fue?", &[]),
        ("She left.", "...", &[Fault::Empty]),
        ("She left.", "", &[Fault::Empty]),
        ("She left.", "  \n", &[Fault::Empty]),
        ("At 5 p.m.", "A las 17.00.", &[]),
        ("5 p.m.", "17:00", &[]),
        ("2–1", "2-1", &[]),
    ]);
    assert_eq!(of_summary_sentence("The mayor said that the", Language::ENGLISH), [Fault::Unclosed]);
    assert_eq!(of_summary_sentence("The mayor said “no.", Language::ENGLISH), [Fault::Unbalanced]);
    assert_eq!(of_summary_sentence("...", Language::ENGLISH), [Fault::Empty]);
    assert_eq!(of_summary_sentence("The mayor said no.", Language::ENGLISH), []);
}

#[test]
fn a_long_loop_takes_no_time() {
    for unit in ["word ", "x", "a b ", ". ", "de la ", "the quick brown fox ", "ñ", "“", "1."] {
        let text = unit.repeat(200_000 / unit.len());
        let started = std::time::Instant::now();
        assert!(!of_translation("It is a sentence.", &text, TO_SPANISH).is_empty(), "{unit:?}");
        assert!(started.elapsed().as_secs() < 10, "{unit:?} took {:?}", started.elapsed());
    }
}

proptest! {
    #[test]
    fn any_text_is_judged(
        source in "\\PC{0,80}|[a-c \n.\"“”’]{0,60}",
        translation in "\\PC{0,80}|[a-c \n.\"“”’]{0,60}",
    ) {
        of_translation(&source, &translation, TO_SPANISH);
        let [chinese, basque] = ["zh", "eu"].map(|code| code.parse().unwrap());
        of_translation(&translation, &source, LanguagePair { source: chinese, target: basque });
        of_summary_sentence(&translation, Language::SPANISH);
        let sentences = [source.as_str(), &translation, &source];
        prop_assert!(repeats(&sentences, Language::ENGLISH).iter().all(|index| (1..3).contains(index)));
    }
}
