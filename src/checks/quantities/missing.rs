//! Which quantities of one text another text lacks.

use std::collections::{HashMap, HashSet};

use super::{
    Quantity,
    ratio::Ratio,
    value::{Date, Key, Reading},
};

/// The indices of those in `from` that `within` lacks. A date may be spread over several quantities, and one that
/// says more counts. Quantities that may be none, such as `one` and `un`, are never missing.
pub fn missing(from: &[Quantity], within: &[Quantity]) -> Vec<usize> {
    let index = Index::new(within);
    let lacks = |quantity: &Quantity| !quantity.weak && !quantity.readings.iter().any(|reading| index.holds(reading));
    from.iter().enumerate().filter(|(_, quantity)| lacks(quantity)).map(|(at, _)| at).collect()
}

/// The different readings under each key, so that looking one up does not go through all.
struct Index(HashMap<Key, Vec<Reading>>);

impl Index {
    fn new(quantities: &[Quantity]) -> Self {
        let mut by_key: HashMap<Key, Vec<Reading>> = HashMap::new();
        let mut seen = HashSet::new();
        for reading in
            quantities.iter().flat_map(|quantity| &quantity.readings).filter(|reading| seen.insert(**reading))
        {
            for key in reading.keys() {
                by_key.entry(key).or_default().push(*reading);
            }
        }
        Self(by_key)
    }

    fn holds(&self, reading: &Reading) -> bool {
        let whole = self.0.get(&reading.key()).is_some_and(|found| found.iter().any(|other| reading.is_in(other)));
        whole || matches!(reading, Reading::Date(date) if self.holds_parts(*date))
    }

    /// `3 November 2019` as `3 November` here and `2019` there.
    fn holds_parts(&self, date: Date) -> bool {
        let Some(year) = date.year else { return false };
        let year = Reading::Amount(Ratio::integer(u64::from(year)));
        self.holds(&Reading::Date(Date { year: None, ..date })) && self.holds(&year)
    }
}
