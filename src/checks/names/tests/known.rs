//! What an article is said to hold.

use super::*;

const ARTICLE: &str = "WELLINGTON COUNCIL VOTES\n\nPrime Minister Laura Bennett met Germany's chancellor and Tom Jones of the World \
    Health Organization in Washington, D.C. US officials said Bashar al-Assad’s envoy had left. The Department of \
    Justice, the United Nations and Muammar Gaddafi’s son José Núñez agreed. “Sean O’Neill of Hewlett-Packard came,” \
    wrote The New York Times. Elizabeth Anne Warren Smith of NASA knows the Federal Bureau of Investigation. Israelis \
    and the French spoke to Laura\nStone. He read war and peace.";

#[test]
fn a_name_is_held_as_it_is_written_even_where_it_reads_otherwise_alone() {
    assert!(KnownNames::of(".ß'ĩ.Aķ", EN).holds("ß'ĩ.Aķ"));
}

#[test]
fn names_of_the_article_are_held() {
    let known = KnownNames::of(ARTICLE, EN);
    for name in [
        "Bennett",
        "Laura Bennett",
        "Prime Minister Bennett",
        "President Laura Bennett",
        "BENNETT",
        "Bennett's",
        "Germany",
        "Alemania",
        "German",
        "alemanes",
        "Tom Jones",
        "WHO",
        "OMS",
        "World Health Organization",
        "Organización Mundial de la Salud",
        "US",
        "U.S.",
        "United States",
        "Estados Unidos",
        "EE. UU.",
        "EE UU",
        "American",
        "estadounidenses",
        "Assad",
        "al-Assad",
        "Bashar Al-Assad",
        "Department of Justice",
        "Justice Department",
        "Departamento de Justicia",
        "United Nations",
        "UN",
        "ONU",
        "Naciones Unidas",
        "Gadafi",
        "Gaddafi",
        "Jose Nunez",
        "José Núñez",
        "O'Neill",
        "Sean O’Neill",
        "Hewlett-Packard",
        "Hewlett Packard",
        "Hewlett",
        "New York Times",
        "The New York Times",
        "Nueva York",
        "Elizabeth Warren",
        "Elizabeth Smith",
        "NASA",
        "FBI",
        "Israel",
        "Francia",
        "France",
        "Wellington",
        "Laura Stone",
        "Washington",
        "",
        "The",
    ] {
        assert!(known.holds(name), "{name}");
    }
}

#[test]
fn names_that_are_not_there_are_not_held() {
    let known = KnownNames::of(ARTICLE, EN);
    for name in [
        "Laura Jones",
        "Tom Bennett",
        "Barnett",
        "Austria",
        "Austrian",
        "austriacos",
        "OTAN",
        "NATO",
        "United Kingdom",
        "UE",
        "EU",
        "José Bennett",
        "Department of Health",
        "Departamento de Estado",
        "CIA",
        "Gandhi",
        "Packard Bell",
        "Los Angeles Times",
        "Italia",
        "Elizabeth Bennett",
        "Londres",
        "Tolstoy",
        "China",
        "Stone Bennett",
        "Núñez Smith",
        "IMF",
    ] {
        assert!(!known.holds(name), "{name}");
    }
}

#[test]
fn spanish_articles_hold_english_names() {
    let known =
        KnownNames::of("Según la OTAN, Alemania y los polacos ayudarán. La Casa Blanca y el rey Felipe VI.", ES);
    for (name, held) in [
        ("NATO", true),
        ("Germany", true),
        ("Poland", true),
        ("White House", true),
        ("Felipe VI", true),
        ("King Felipe", true),
        ("France", false),
        ("Black House", false),
    ] {
        assert_eq!(known.holds(name), held, "{name}");
    }
}
