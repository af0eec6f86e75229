use super::*;
use crate::{
    domain::GenerationOptions,
    engine::{
        generation::{
            SearchSettings, SearchStyle,
            scores::{Columns, Measures},
        },
        kernels::team::Team,
    },
};

const END: i64 = 0;
const TOKENS: usize = 10;

/// A search of the built-in model's kind.
fn marian(beams: usize, outputs: usize, max_steps: usize) -> Search {
    let settings = SearchSettings {
        vocabulary: TOKENS as i64,
        ends: vec![END],
        start: None,
        positions: None,
        defaults: GenerationOptions::default(),
        renormalize: false,
        style: SearchStyle::Marian { max_length_factor: 10.0 },
    };
    let options = GenerationOptions {
        num_beams: Some(beams),
        num_return_sequences: Some(outputs),
        max_new_tokens: Some(max_steps),
        ..Default::default()
    };
    Search::new(Plan::new(&options, &settings, 10).unwrap())
}

/// All tokens but the end, alike.
const ANY: &[(i64, f32)] = &[(1, 1.0), (2, 1.0), (3, 1.0), (4, 1.0), (5, 1.0), (6, 1.0), (7, 1.0), (8, 1.0), (9, 1.0)];

/// Gives each hypothesis, by their shares, the tokens that may follow it; whether that ended the search.
fn advance(search: &mut Search, rows: &[&[(i64, f32)]]) -> bool {
    assert_eq!(rows.len(), search.extensions().len(), "a row for each hypothesis");
    let columns = Columns::new(TOKENS, None);
    let mut values = vec![f32::NEG_INFINITY; rows.len() * TOKENS];
    for (row, tokens) in values.chunks_mut(TOKENS).zip(rows) {
        for (token, share) in *tokens {
            row[*token as usize] = share.ln();
        }
    }
    let mut measures = Measures::default();
    measures.take(&values, TOKENS, &Team::new(1));
    let Measures { norms, bounds } = &measures;
    search.advance(Rows { values: &mut values, bounds, norms, columns: &columns, attended: &[] }).unwrap();
    search.is_over()
}

fn outputs(search: Search) -> Vec<Vec<i64>> {
    search.finish().unwrap().0.into_iter().map(|output| output.tokens).collect()
}

fn live(search: &Search) -> Vec<&[i64]> {
    search.live.iter().map(|live| &live.tokens[1..]).collect()
}

#[test]
fn greedy_search_ends_with_the_end_token() {
    let mut search = marian(1, 1, 10);
    assert!(!advance(&mut search, &[&[(7, 90.0)]]));
    assert!(advance(&mut search, &[&[(END, 80.0)]]));
    assert_eq!(outputs(search), [[7, END]]);
}

#[test]
fn a_hypothesis_is_never_longer_than_its_bound() {
    for beams in [1, 2] {
        let mut search = marian(beams, 1, 2);
        assert!(!advance(&mut search, &[&[(7, 90.0), (6, 10.0)]]));
        let rows: &[&[(i64, f32)]] = &[&[(8, 80.0), (9, 20.0)], &[(8, 80.0)]];
        assert!(advance(&mut search, &rows[..beams]));
        assert_eq!(outputs(search), [[7, 8]], "{beams} beams");
    }
}

#[test]
fn beams_follow_their_parents() {
    let mut search = marian(2, 1, 10);
    advance(&mut search, &[&[(5, 45.0), (6, 40.0), (7, 15.0)]]);
    advance(&mut search, &[&[(1, 30.0), (2, 30.0), (4, 40.0)], &[(3, 60.0), (4, 40.0)]]);
    assert_eq!(search.extensions(), [Extension { parent: 1, token: 3 }, Extension { parent: 0, token: 4 }]);
    assert_eq!(live(&search), [[6, 3], [5, 4]]);
}

#[test]
fn a_longer_hypothesis_wins_by_its_mean() {
    let mut search = marian(2, 1, 10);
    advance(&mut search, &[&[(END, 14.0), (5, 45.0), (6, 41.0)]]);
    assert_eq!(live(&search), [[5], [6]], "an end token takes no beam");
    assert!(!advance(&mut search, &[&[(END, 51.0), (5, 49.0)], ANY]));
    assert!(advance(&mut search, &[&[(END, 90.0), (8, 10.0)], ANY]));
    // ln(0.45 * 0.49 * 0.9) / 3 is above ln(0.45 * 0.51) / 2.
    assert_eq!(outputs(search), [[5, 5, END]]);
}

#[test]
fn every_end_counts_that_comes_before_enough_are_kept() {
    // In transformers the second end, third of all candidates, would not count: it is not among the first two.
    let mut search = marian(2, 2, 2);
    advance(&mut search, &[&[(5, 50.0), (6, 50.0)]]);
    assert!(advance(&mut search, &[&[(END, 90.0), (1, 10.0)], &[(3, 55.0), (END, 45.0)]]));
    assert_eq!(outputs(search), [[5, END], [6, END]]);
    let mut search = marian(2, 2, 1);
    assert!(advance(&mut search, &[&[(5, 40.0), (END, 35.0), (6, 25.0)]]));
    assert_eq!(outputs(search), [vec![END], vec![5]], "unfinished ones come after those that ended");
}

#[test]
fn the_search_ends_when_nothing_live_can_win() {
    let mut search = marian(2, 1, 10);
    assert!(!advance(&mut search, &[&[(END, 30.0), (5, 40.0), (6, 30.0)]]), "5 could still win");
    let mut search = marian(2, 1, 10);
    assert!(advance(&mut search, &[&[(END, 90.0), (5, 5.0), (6, 5.0)]]), "none could");
    let mut search = marian(2, 2, 10);
    assert!(!advance(&mut search, &[&[(END, 90.0), (5, 5.0), (6, 5.0)]]), "a second is wanted");
}

#[test]
fn a_second_output_of_marian_may_turn_out_to_be_the_best() {
    // After the end of the first step nothing would win by one more token, but a long one wins by its mean.
    for (outputs_wanted, expected) in [(1, vec![vec![END]]), (2, vec![vec![5, 5, 5, END], vec![END]])] {
        let mut search = marian(2, outputs_wanted, 10);
        let mut over = advance(&mut search, &[&[(END, 50.0), (5, 24.0), (6, 1.0)]]);
        for _ in 0..2 {
            over = over || advance(&mut search, &[&[(5, 99.0), (1, 1.0)], ANY]);
        }
        assert!(over || advance(&mut search, &[&[(END, 99.0)], ANY]));
        assert_eq!(outputs(search), expected);
    }
}

#[test]
fn what_all_hypotheses_share_is_certain() {
    let mut search = marian(2, 1, 10);
    advance(&mut search, &[&[(5, 60.0), (6, 40.0)]]);
    assert!(search.certain().is_empty(), "5 or 6");
    advance(&mut search, &[&[(7, 55.0), (8, 45.0)], ANY]);
    assert_eq!(search.certain(), [5]);
    assert!(search.certain().is_empty(), "handed out once");
    advance(&mut search, &[&[(END, 40.0), (1, 30.0), (2, 30.0)], ANY]);
    assert_eq!(live(&search), [[5, 7, 1], [5, 7, 2]]);
    assert_eq!(search.certain(), [7], "the one that ended shares it, and nothing after");
    let (best, rest) = search.finish().unwrap();
    assert_eq!((best[0].tokens.as_slice(), rest.as_slice()), (&[5, 7, END][..], &[END][..]));
}
