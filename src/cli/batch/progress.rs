use std::{
    cell::Cell,
    io::{IsTerminal, stderr},
    time::Instant,
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::output;

/// Shows how far a batch is: a bar on a terminal, a line now and then elsewhere.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    todo: usize,
    done: Cell<usize>,
    /// The tenth of the whole that was last told.
    told: Cell<usize>,
    began: Instant,
}

impl Progress {
    /// Of so many articles to do, besides those that are done.
    pub(super) fn new(todo: usize, before: usize) -> Self {
        if before > 0 {
            output::note(&format!("{before} articles are done already, {todo} are left"));
        }
        let bar = stderr().is_terminal().then(|| bar(todo));
        Self { bar, todo, done: Cell::new(0), told: Cell::new(0), began: Instant::now() }
    }

    /// One more is done; `failed` of all failed so far.
    pub(super) fn advance(&self, failed: usize) {
        self.done.set(self.done.get() + 1);
        if let Some(bar) = &self.bar {
            bar.set_message(if failed == 0 { String::new() } else { format!("{failed} failed") });
            bar.inc(1);
            return;
        }
        let tenth = self.done.get() * 10 / self.todo.max(1);
        if tenth > self.told.replace(tenth) {
            output::note(&format!("{} of {} articles, {failed} failed", self.done.get(), self.todo));
        }
    }

    /// Takes the bar off, and tells how it went.
    pub(super) fn finish(&self, failed: usize) {
        self.bar.iter().for_each(ProgressBar::finish_and_clear);
        let seconds = self.began.elapsed().as_secs_f64();
        output::note(&format!("{} articles in {seconds:.1} s, {failed} failed", self.done.get()));
    }
}

fn bar(todo: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len}  {per_sec}  {eta} left  {msg}");
    ProgressBar::new(todo as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
