//! Counts what the checks find in translations that are right: `check_pairs ENGLISH SPANISH [LINES]`, files with a
//! sentence a line. What is flagged in human translations is a false alarm, or a slip of the people:
//! `scripts/evaluation/judged.tsv` says which, by line.
//! `docs/QUALITY.md` has the figures.

#![allow(clippy::expect_used, reason = "a measurement that cannot go on may say so and stop")]

use std::{collections::BTreeMap, env, fs};

use breve::{
    checks::translation::Findings,
    domain::{Fault, Language, LanguagePair},
};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let read = |at: usize| fs::read_to_string(arguments.get(at).expect("two files are needed")).expect("a text file");
    let lines = arguments.get(2).map_or(usize::MAX, |count| count.parse().expect("a number of lines"));
    let pair = LanguagePair::new(Language::ENGLISH, Language::SPANISH);
    let (english, spanish) = (read(0), read(1));
    let (mut pairs, mut flagged, mut counts) = (0, 0, BTreeMap::<Fault, usize>::new());
    for (line, (source, translation)) in (1..).zip(english.lines().zip(spanish.lines())).take(lines) {
        let faults = Findings::of(source, translation, pair).faults();
        pairs += 1;
        flagged += usize::from(!faults.is_empty());
        faults.iter().for_each(|fault| *counts.entry(*fault).or_default() += 1);
        if !faults.is_empty() {
            eprintln!("{line}: {faults:?}\n  {source}\n  {translation}");
        }
    }
    let share = |count: usize| format!("{count} ({:.2} %)", 100.0 * count as f64 / pairs as f64);
    println!("{pairs} pairs, flagged {}", share(flagged));
    counts.iter().for_each(|(fault, count)| println!("{fault:?} {}", share(*count)));
}
