//! Names that are not spelt alike in English and Spanish.
//!
//! A row is `(English, Spanish)`, each a list of ways to write one thing, separated by `|`, the usual one first.
//! `stem*` stands for every word that starts so, `stem~` for the stem with -o, -a, -os, -as,
//! `stem^` for the stem as it is and with -a, -es, -as. Case and accents do not
//! count, but a form in capitals (`WHO`) is met by capitals only. Several rows may share forms.

mod countries;
mod institutions;
mod organisations;
mod people;
mod places;
mod regions;

/// The ways to write one thing in English and in Spanish.
pub(super) type Row = (&'static str, &'static str);

/// The rows of words that names of institutions are made of: common words.
pub(super) use institutions::INSTITUTIONS;

/// How many of the first rows name places and their peoples.
pub(super) fn places() -> usize {
    countries::COUNTRIES.len() + regions::REGIONS.len() + places::PLACES.len()
}

/// How many of the first rows name places and people.
pub(super) fn proper() -> usize {
    places() + people::PEOPLE.len()
}

/// How many of the first rows are of names, before those of institutions' common words.
pub(super) fn named() -> usize {
    proper() + organisations::ORGANISATIONS.len()
}

/// Every row; its place is its number.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    [countries::COUNTRIES, regions::REGIONS, places::PLACES, people::PEOPLE, organisations::ORGANISATIONS, INSTITUTIONS]
        .into_iter()
        .flatten()
}
