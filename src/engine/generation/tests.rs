//! Searches over a scripted network: what it scores depends on a source and on everything that a hypothesis wrote, and
//! on nothing else.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Network, NewSource, Plan, SearchSettings, SearchStyle, Session, Step};
use crate::{
    domain::{EarlyStopping, GenerationOptions},
    engine::{EngineError, Event, Generator, Hypothesis, Source, SourceId, kernels::team::Team},
};

/// Tokens of the scripted network.
const VOCABULARY: usize = 40;
const START: i64 = 0;
const END: i64 = 1;

fn session<N: Network>(network: N) -> Session<N> {
    Session::new(network, Team::of(2))
}

/// Scores that are drawn by a hash of the source and of the hypothesis.
#[derive(Default)]
struct Scripted {
    scores: Vec<f32>,
    /// Where it gives these instead.
    columns: Option<Vec<i64>>,
    steps: usize,
}

struct Memory {
    /// One for each hypothesis.
    hashes: Vec<u64>,
    attended: Vec<u32>,
    steps_left: usize,
}

fn mix(hash: u64, value: u64) -> u64 {
    let mixed = (hash ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ (mixed >> 32)
}

impl Scripted {
    fn hash(ids: &[i64]) -> u64 {
        ids.iter().fold(3, |hash, id| mix(hash, *id as u64))
    }

    fn attend(hash: u64) -> u32 {
        (hash >> 32) as u32
    }

    fn score(hash: u64, token: i64) -> f32 {
        let drawn = mix(hash, token as u64 + 77) >> 40;
        // An end token becomes likely now and then.
        drawn as f32 / (1 << 24) as f32 * 6.0 - if token == END { 0.5 } else { 0.0 }
    }
}

impl Network for Scripted {
    type Memory = Memory;

    fn columns(&self) -> usize {
        self.columns.as_ref().map_or(VOCABULARY, Vec::len)
    }

    fn tokens(&self) -> Option<&[i64]> {
        self.columns.as_deref()
    }

    fn read(&mut self, sources: &[NewSource<'_>]) -> Result<Vec<Memory>, EngineError> {
        let read = |source: &NewSource<'_>| {
            let hash = Self::hash(source.ids);
            Memory { hashes: vec![hash], attended: Vec::new(), steps_left: source.max_steps }
        };
        Ok(sources.iter().map(read).collect())
    }

    fn step(&mut self, running: &mut [Step<'_, Memory>]) -> Result<&mut [f32], EngineError> {
        self.steps += 1;
        self.scores.clear();
        for step in running {
            let memory = &mut *step.memory;
            memory.steps_left = memory.steps_left.checked_sub(1).expect("more steps than were announced");
            memory.hashes = step.hypotheses.iter().map(|h| mix(memory.hashes[h.parent], h.token as u64)).collect();
            memory.attended = memory.hashes.iter().map(|hash| Self::attend(*hash)).collect();
            for hash in &memory.hashes {
                let tokens = self.columns.clone().unwrap_or_else(|| (0..VOCABULARY as i64).collect());
                self.scores.extend(tokens.into_iter().map(|token| Self::score(*hash, token)));
            }
        }
        Ok(&mut self.scores)
    }

    fn attended(memory: &Memory) -> &[u32] {
        &memory.attended
    }
}

fn settings(style: SearchStyle) -> SearchSettings {
    SearchSettings {
        vocabulary: VOCABULARY as i64,
        ends: vec![END],
        start: matches!(style, SearchStyle::Transformers).then_some(START),
        positions: None,
        defaults: GenerationOptions { max_length: Some(14), ..Default::default() },
        renormalize: false,
        style,
    }
}

fn source(ids: Vec<i64>, options: &GenerationOptions, style: SearchStyle) -> Source {
    let plan = Plan::new(options, &settings(style), ids.len()).unwrap();
    Source { ids, plan }
}

fn styles() -> impl Strategy<Value = SearchStyle> {
    prop_oneof![Just(SearchStyle::Transformers), Just(SearchStyle::Marian { max_length_factor: 2.0 })]
}

fn stopping() -> impl Strategy<Value = EarlyStopping> {
    prop_oneof![Just(EarlyStopping::WhenFull), Just(EarlyStopping::Heuristic), Just(EarlyStopping::Never)]
}

prop_compose! {
    fn options()(
        beams in 1_usize..5,
        outputs in 1_usize..5,
        early_stopping in stopping(),
        length_penalty in prop_oneof![Just(1.0), Just(0.0), Just(-1.0), Just(2.0)],
        min_length in 0_usize..8,
        no_repeat_ngram_size in 0_usize..3,
        repetition_penalty in prop_oneof![2 => Just(1.0), 1 => Just(1.3)],
        forced in prop_oneof![2 => Just(None), 1 => Just(Some(7))],
        suppress_tokens in prop_oneof![2 => Just(None), 1 => Just(Some(vec![3, 4]))],
    ) -> GenerationOptions {
        GenerationOptions {
            num_beams: Some(beams),
            num_return_sequences: Some(outputs.min(beams)),
            early_stopping: Some(early_stopping),
            length_penalty: Some(length_penalty),
            min_length: Some(min_length),
            no_repeat_ngram_size: Some(no_repeat_ngram_size),
            repetition_penalty: Some(repetition_penalty),
            forced_bos_token_id: forced,
            suppress_tokens,
            bad_words_ids: Some(vec![vec![5, 6], vec![9]]),
            ..Default::default()
        }
    }
}

fn sources() -> impl Strategy<Value = Vec<Source>> {
    let ids = proptest::collection::vec(2..VOCABULARY as i64, 1..6);
    proptest::collection::vec((ids, options(), styles()), 1..7)
        .prop_map(|sources| sources.into_iter().map(|(ids, options, style)| source(ids, &options, style)).collect())
}

/// What came of each source, and the tokens that were handed out on the way.
type Outcomes = BTreeMap<SourceId, (Vec<Hypothesis>, Vec<i64>)>;

/// Runs sources that join at the given steps.
fn run(session: &mut Session<Scripted>, sources: &[Source], joining: &[usize]) -> Outcomes {
    let (mut outcomes, mut handed) = (Outcomes::new(), BTreeMap::<SourceId, Vec<i64>>::new());
    for step in 0.. {
        let now = |(id, _): &(SourceId, &Source)| joining.get(*id as usize).copied().unwrap_or(0) == step;
        let arrivals = (0..).zip(sources).filter(now).map(|(id, source)| (id, source.clone())).collect();
        session.join(arrivals).unwrap();
        for event in session.step().unwrap() {
            match event {
                Event::Tokens { source, tokens } => handed.entry(source).or_default().extend(tokens),
                Event::Done { source, outcome } => {
                    outcomes.insert(source, (outcome.unwrap(), handed.remove(&source).unwrap_or_default()));
                }
            }
        }
        if outcomes.len() == sources.len() {
            break;
        }
    }
    assert_eq!(session.running(), 0);
    outcomes
}

fn alone(sources: &[Source]) -> Vec<(Vec<Hypothesis>, Vec<i64>)> {
    let one = |source: &Source| run(&mut session(Scripted::default()), std::slice::from_ref(source), &[]);
    sources.iter().map(|source| one(source).remove(&0).unwrap()).collect()
}

fn visible_start(source: &Source) -> usize {
    usize::from(source.plan.start >= 0)
}

proptest! {
    #[test]
    fn a_source_s_outcome_does_not_depend_on_who_runs_beside_it(
        sources in sources(),
        joining in proptest::collection::vec(0_usize..12, 7),
    ) {
        let expected = alone(&sources);
        for joining in [&[][..], &joining] {
            let together = run(&mut session(Scripted::default()), &sources, joining);
            prop_assert_eq!(&together.into_values().collect::<Vec<_>>(), &expected, "joining at {:?}", joining);
        }
    }

    #[test]
    fn what_is_handed_out_is_the_best_hypothesis(sources in sources()) {
        for (source, (hypotheses, handed)) in sources.iter().zip(alone(&sources)) {
            prop_assert_eq!(&handed, &hypotheses[0].tokens[visible_start(source)..]);
        }
    }

    #[test]
    fn hypotheses_are_different_and_come_best_first(sources in sources()) {
        for (source, (hypotheses, _)) in sources.iter().zip(alone(&sources)) {
            prop_assert!(hypotheses.len() <= source.plan.outputs);
            let outputs: BTreeSet<&[i64]> = hypotheses.iter().map(|hypothesis| &hypothesis.tokens[..]).collect();
            prop_assert_eq!(outputs.len(), hypotheses.len());
            if source.plan.stopping != super::plan::Stopping::Marian {
                prop_assert_eq!(hypotheses.len(), source.plan.outputs);
                prop_assert!(hypotheses.is_sorted_by(|a, b| a.score >= b.score));
            }
            for Hypothesis { tokens, .. } in &hypotheses {
                let produced = &tokens[visible_start(source)..];
                prop_assert!(produced.len() <= source.plan.max_steps());
                prop_assert!(!produced.iter().any(|token| source.plan.suppressed.contains(token) || *token == 9));
                prop_assert!(!produced.windows(2).any(|pair| pair == [5, 6]));
                prop_assert_eq!(source.plan.forced_first.unwrap_or(produced[0]), produced[0]);
                prop_assert!(produced[..produced.len() - 1].iter().all(|token| *token != END));
            }
        }
    }

    #[test]
    fn every_token_has_what_was_attended_to_when_it_was_chosen(sources in sources()) {
        for (source, (hypotheses, _)) in sources.iter().zip(alone(&sources)) {
            for Hypothesis { tokens, alignment, .. } in hypotheses {
                let produced = &tokens[visible_start(source)..];
                let before = std::iter::once(&source.plan.start).chain(produced);
                let states = before.scan(Scripted::hash(&source.ids), |hash, token| {
                    *hash = mix(*hash, *token as u64);
                    Some(Scripted::attend(*hash))
                });
                prop_assert_eq!(alignment, states.take(produced.len()).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn retain_lets_go_of_what_it_is_told_and_of_nothing_else(sources in sources(), steps in 0_usize..5, kept: u8) {
        let wanted = |id: SourceId| kept >> id & 1 == 1;
        let expected = alone(&sources);
        let mut session = session(Scripted::default());
        session.join((0..).zip(sources.clone()).collect()).unwrap();
        let mut done = BTreeMap::new();
        let step = |session: &mut Session<Scripted>, done: &mut BTreeMap<_, _>| {
            for event in session.step().unwrap() {
                if let Event::Done { source, outcome } = event {
                    done.insert(source, outcome.unwrap());
                }
            }
        };
        (0..steps).for_each(|_| step(&mut session, &mut done));
        let before = done.clone();
        session.retain(&mut |id| wanted(id));
        while session.running() > 0 {
            step(&mut session, &mut done);
        }
        for (id, expected) in (0..).zip(expected) {
            let expected = (wanted(id) || before.contains_key(&id)).then_some(expected.0);
            prop_assert_eq!(done.remove(&id), expected, "source {}", id);
        }
    }

    #[test]
    fn scoring_some_tokens_only_is_the_same_as_ruling_out_the_others(ids in proptest::collection::vec(2_i64..40, 1..6)) {
        let allowed: Vec<i64> = (0..VOCABULARY as i64).rev().filter(|token| *token % 3 != 2).collect();
        let others = (0..VOCABULARY as i64).filter(|token| *token % 3 == 2).collect();
        let options = GenerationOptions { num_beams: Some(3), ..Default::default() };
        let ruled_out = GenerationOptions { suppress_tokens: Some(others), ..options.clone() };
        let renormalized = SearchSettings { renormalize: true, ..settings(SearchStyle::Transformers) };
        let all = Source { plan: Plan::new(&ruled_out, &renormalized, ids.len()).unwrap(), ids: ids.clone() };
        let some = source(ids, &options, SearchStyle::Transformers);
        let all = run(&mut session(Scripted::default()), &[all], &[]);
        let network = Scripted { columns: Some(allowed), ..Scripted::default() };
        let some = run(&mut session(network), &[some], &[]);
        prop_assert_eq!(&all[&0].0[0].tokens, &some[&0].0[0].tokens);
        prop_assert!((all[&0].0[0].score - some[&0].0[0].score).abs() < 1e-5);
    }
}

#[test]
fn greedy_tokens_are_handed_out_at_once() {
    let mut session = session(Scripted::default());
    session.join(vec![(4, source(vec![5, 6], &GenerationOptions::default(), SearchStyle::Transformers))]).unwrap();
    let first = session.step().unwrap();
    assert!(matches!(&first[..], [Event::Tokens { source: 4, tokens }] if tokens.len() == 1), "{first:?}");
}

/// A network that gives the same scores at every step.
struct Constant(Vec<f32>, Vec<f32>);

impl Network for Constant {
    type Memory = ();

    fn columns(&self) -> usize {
        self.0.len()
    }

    fn tokens(&self) -> Option<&[i64]> {
        None
    }

    fn read(&mut self, sources: &[NewSource<'_>]) -> Result<Vec<()>, EngineError> {
        Ok(vec![(); sources.len()])
    }

    fn step(&mut self, running: &mut [Step<'_, ()>]) -> Result<&mut [f32], EngineError> {
        let rows = running.iter().map(|step| step.hypotheses.len()).sum();
        self.1 = self.0.repeat(rows);
        Ok(&mut self.1)
    }
}

fn outcome(scores: &[f32], options: &GenerationOptions) -> Result<Vec<Hypothesis>, String> {
    let plan = Plan::new(options, &settings(SearchStyle::Transformers), 1).unwrap();
    let mut session = session(Constant(scores.to_vec(), Vec::new()));
    session.join(vec![(0, Source { ids: vec![5], plan })]).unwrap();
    loop {
        for event in session.step().unwrap() {
            if let Event::Done { outcome, .. } = event {
                assert_eq!(session.running(), 0);
                return outcome.map_err(|error| error.to_string());
            }
        }
    }
}

#[test]
fn scores_that_are_not_numbers_fail_their_source() {
    for beams in [1, 2] {
        let options = GenerationOptions { num_beams: Some(beams), ..Default::default() };
        let error = outcome(&[1.0, 2.0, f32::NAN, 0.0], &options).unwrap_err();
        assert!(error.contains("the scores are not numbers"), "{error}");
        let error = outcome(&[f32::NEG_INFINITY; 4], &options).unwrap_err();
        assert!(error.contains("no token may follow"), "{error}");
    }
    let endless = outcome(&[1.0, 0.0, f32::INFINITY, 0.0], &GenerationOptions::default()).unwrap();
    assert!(endless[0].tokens[1..].iter().all(|token| *token == 2), "{endless:?}");
}

#[test]
fn settings_that_leave_fewer_tokens_than_beams_leave_fewer_hypotheses() {
    let options = GenerationOptions {
        num_beams: Some(4),
        suppress_tokens: Some(vec![0, 2]),
        max_length: Some(4),
        num_return_sequences: Some(4),
        ..Default::default()
    };
    let outputs = outcome(&[0.0, -5.0, 0.0, 1.0], &options).unwrap();
    let tokens: Vec<&[i64]> = outputs.iter().map(|output| &output.tokens[..]).collect();
    assert_eq!(tokens, [&[0, 3, 3, 3][..], &[0, 3, 3, 1], &[0, 3, 1], &[0, 1]]);
}

#[test]
fn room_is_bounded_and_never_refused_to_a_lone_source() {
    let of = |tokens: usize, beams: usize| {
        let options = GenerationOptions { num_beams: Some(beams), ..Default::default() };
        source(vec![5; tokens], &options, SearchStyle::Transformers)
    };
    let columns = (0..1 << 19).map(|column| column % VOCABULARY as i64).collect();
    let mut session = session(Scripted { columns: Some(columns), ..Scripted::default() });
    assert!(session.has_room(&[], &of(100_000, 64)), "a lone source is too long");
    let joining = [(0, of(10, 20))];
    assert!(session.has_room(&joining, &of(10, 12)), "32 rows of half a million scores");
    assert!(!session.has_room(&joining, &of(10, 13)), "33 rows of half a million scores");
    assert!(session.has_room(&joining, &of(2038, 1)), "2048 tokens at once");
    assert!(!session.has_room(&joining, &of(2039, 1)), "2049 tokens at once");
    session.join(vec![(1, of(8000, 1))]).unwrap();
    assert!(session.has_room(&[], &of(192, 1)), "8192 tokens running");
    assert!(!session.has_room(&[], &of(193, 1)), "8193 tokens running");
}
