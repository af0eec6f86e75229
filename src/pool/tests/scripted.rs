//! An engine whose sources say what happens to them.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::super::*;
use crate::{
    domain::Usage,
    engine::{Engine, Event, Generator, Hypothesis, Source, SourceId, Translator, fake},
};

/// Builds models whose sources say what happens to them: `panic`, `burst` (a panic, later), `sleep`, `for ever`, `fail`,
/// `steps N` and `refuse` (when it joins) by their first words, or else one step; those that end come back in capitals.
#[derive(Default)]
pub(super) struct Scripted {
    pub(super) loads: AtomicUsize,
    pub(super) failing_loads: AtomicUsize,
    pub(super) seen: Arc<Seen>,
}

/// What the generators saw.
#[derive(Default)]
pub(super) struct Seen {
    /// The sources of each join.
    pub(super) joins: Mutex<Vec<Vec<String>>>,
    /// Steps begun.
    pub(super) steps: AtomicUsize,
    /// Sources that ended, in order.
    pub(super) done: Mutex<Vec<String>>,
    pub(super) running: AtomicUsize,
    /// Steps begun when sources were let go the last time.
    pub(super) let_go_at: AtomicUsize,
    /// Most sources at once; 0 for any number.
    pub(super) room: AtomicUsize,
    /// The network panics when it is asked to let sources go.
    pub(super) panics_at_retain: AtomicBool,
}

impl Seen {
    pub(super) fn joins(&self) -> Vec<Vec<String>> {
        self.joins.lock().unwrap().clone()
    }

    pub(super) fn joined(&self) -> usize {
        self.joins().iter().map(Vec::len).sum()
    }
}

impl EngineLoader for Scripted {
    fn load(&self, _: &EngineSpec) -> Result<Engine, EngineError> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        let fails = |left: usize| left.checked_sub(1);
        if self.failing_loads.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fails).is_ok() {
            return Err(EngineError::Failed("scripted".into()));
        }
        let generator = Box::new(Shouting { seen: Arc::clone(&self.seen), running: Vec::new() });
        Ok(Engine { role: Role::Translator(Arc::new(Shout)), generator })
    }
}

/// A source for each sentence, its text as ids.
struct Shout;

impl Translator for Shout {
    fn translate(&self, request: &TranslateRequest, model: &dyn Generate) -> Result<TranslateOutput, EngineError> {
        if request.sentences[0] == "bad code" {
            panic!("scripted panic of plain code");
        }
        let source = |text: &String| fake::source(text.chars().map(|c| i64::from(u32::from(c))).collect());
        let mut heard = vec![Vec::new(); request.sentences.len()];
        let outputs = model.generate(request.sentences.iter().map(source).collect(), &mut |index, tokens| {
            heard[index].extend_from_slice(tokens);
        })?;
        let best: Vec<_> = outputs.iter().map(|hypotheses| &hypotheses[0].tokens).collect();
        assert_eq!(heard.iter().collect::<Vec<_>>(), best, "tokens on the way and at the end");
        let sentences = outputs.iter().map(|hypotheses| text(&hypotheses[0].tokens)).collect();
        let (alternatives, alignments) = (Vec::new(), Vec::new());
        Ok(TranslateOutput { sentences, alternatives, alignments, untranslated: 0, usage: Usage::default() })
    }
}

fn text(ids: &[i64]) -> String {
    ids.iter().map(|&id| char::from_u32(u32::try_from(id).unwrap()).unwrap()).collect()
}

struct Shouting {
    seen: Arc<Seen>,
    running: Vec<Shouted>,
}

struct Shouted {
    id: SourceId,
    text: String,
    steps: usize,
}

impl Shouted {
    /// Its outcome, if this was its last step.
    fn step(&mut self) -> Option<Result<String, EngineError>> {
        self.steps += 1;
        let mut words = self.text.split(' ');
        match words.next() {
            Some("panic") => panic!("scripted panic"),
            Some("burst") if self.steps == 100 => panic!("scripted panic"),
            Some("sleep") => thread::sleep(Duration::from_millis(150)),
            Some("fail") => return Some(Err(EngineError::Failed("scripted".into()))),
            Some("for" | "burst") => return None,
            Some("steps") if self.steps < words.next().unwrap().parse::<usize>().unwrap() => return None,
            _ => {}
        }
        Some(Ok(self.text.to_uppercase()))
    }
}

impl Generator for Shouting {
    fn join(&mut self, arrivals: Vec<(SourceId, Source)>) -> Result<(), EngineError> {
        let arrivals: Vec<_> = arrivals.into_iter().map(|(id, source)| (id, text(&source.ids))).collect();
        self.seen.joins.lock().unwrap().push(arrivals.iter().map(|(_, text)| text.clone()).collect());
        if arrivals.iter().any(|(_, text)| text == "refuse") {
            return Err(EngineError::Failed("scripted refusal".into()));
        }
        self.running.extend(arrivals.into_iter().map(|(id, text)| Shouted { id, text, steps: 0 }));
        self.seen.running.store(self.running.len(), Ordering::SeqCst);
        Ok(())
    }

    fn step(&mut self) -> Result<Vec<Event>, EngineError> {
        self.seen.steps.fetch_add(1, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(1));
        let mut events = Vec::new();
        self.running.retain_mut(|running| {
            let Some(outcome) = running.step() else { return true };
            let source = running.id;
            let tokens = |text: &String| text.chars().map(|c| i64::from(u32::from(c))).collect::<Vec<_>>();
            if let Ok(text) = &outcome {
                let (first, rest) = text.split_at(1);
                events.extend([first, rest].map(|part| Event::Tokens { source, tokens: tokens(&part.to_owned()) }));
            }
            let outcome =
                outcome.map(|text| vec![Hypothesis { tokens: tokens(&text), score: 0.0, alignment: Vec::new() }]);
            events.push(Event::Done { source, outcome });
            self.seen.done.lock().unwrap().push(running.text.clone());
            false
        });
        self.seen.running.store(self.running.len(), Ordering::SeqCst);
        Ok(events)
    }

    fn retain(&mut self, wanted: &mut dyn FnMut(SourceId) -> bool) {
        assert!(!self.seen.panics_at_retain.load(Ordering::SeqCst), "scripted panic at retain");
        self.running.retain(|running| wanted(running.id));
        self.seen.let_go_at.store(self.seen.steps.load(Ordering::SeqCst), Ordering::SeqCst);
        self.seen.running.store(self.running.len(), Ordering::SeqCst);
    }

    fn running(&self) -> usize {
        self.running.len()
    }

    fn has_room(&self, joining: &[(SourceId, Source)], _: &Source) -> bool {
        let room = self.seen.room.load(Ordering::SeqCst);
        room == 0 || self.running.len() + joining.len() < room
    }
}
