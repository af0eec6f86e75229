//! One request among those that want the same models: it is let in, or refused, once and before any model works for it.

use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};

use super::{
    PoolError,
    line::{Line, Place},
};
use crate::domain::ModelId;

/// A request's turn. While it lasts, the request counts in the lines of the models that it was let in for, and may ask them
/// as often as it needs.
pub struct Turn {
    deadline: Instant,
    places: OnceLock<Vec<Held>>,
}

/// One part in so many of the time that is left is kept for putting the answer together and sending it.
const TO_ANSWER: u32 = 20;

struct Held {
    model: ModelId,
    place: Place,
    /// When the model began to work for this request.
    began: OnceLock<Instant>,
    answered: OnceLock<()>,
}

impl Turn {
    /// One that lasts until `deadline` at most, in no line yet.
    pub fn until(deadline: Instant) -> Self {
        Self { deadline, places: OnceLock::new() }
    }

    /// One for what is only tried for a repair, which ends early enough for the answer to go out without it. In no line of
    /// its own.
    pub fn of_repairs(&self) -> Self {
        let left = self.deadline.saturating_duration_since(Instant::now());
        Self::until(self.deadline - left / TO_ANSWER)
    }

    /// When it ends.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Takes a place in each line, or in none.
    pub(super) fn enter(&self, lines: Vec<(ModelId, Arc<Line>)>, limit: usize) -> Result<(), PoolError> {
        let places =
            lines.into_iter().map(|(model, line)| self.place(model, &line, limit)).collect::<Result<_, _>>()?;
        // Who is in already stays where it is.
        self.places.set(places).ok();
        Ok(())
    }

    /// Refuses at once what would wait longer than it may.
    fn place(&self, model: ModelId, line: &Arc<Line>, limit: usize) -> Result<Held, PoolError> {
        let overloaded = || PoolError::Overloaded { model: model.clone(), retry_after: line.backlog() };
        let place = line.enter(limit).filter(|place| !place.line().is_late_for(self.deadline));
        let place = place.ok_or_else(overloaded)?;
        let (began, answered) = Default::default();
        Ok(Held { model, place, began, answered })
    }

    /// Notes when `model` began to work; the first time counts.
    pub(super) fn began(&self, model: &ModelId, at: Instant) {
        if let Some(held) = self.places.get().into_iter().flatten().find(|held| held.model == *model) {
            held.began.get_or_init(|| at);
        }
    }

    /// Notes that the request has its answer, for those that come after it to be let in or refused by.
    pub fn answered(&self) {
        for held in self.places.get().into_iter().flatten() {
            if let (Some(began), Ok(())) = (held.began.get(), held.answered.set(())) {
                held.place.answered(began.elapsed());
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let late = Instant::now() >= self.deadline;
        for held in self.places.get().into_iter().flatten().filter(|held| late && held.answered.get().is_none()) {
            held.began.get().into_iter().for_each(|began| held.place.missed(began.elapsed()));
        }
    }
}
