//! The thread that owns one model. Engines are built, used and dropped here and nowhere else.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::{
    Timed,
    shared::{Shared, Stage},
};
use crate::engine::{
    Engine, EngineError, EngineLoader, EngineSpec, SummarizeOutput, SummarizeRequest, TranslateOutput,
    TranslateRequest, Wanted,
};

/// What the owner thread answers: the output, or whether loading or working failed.
pub(super) type Answer<T> = Result<Timed<T>, WorkError>;

/// Why the owner thread has no output.
#[derive(Debug, Clone)]
pub(super) enum WorkError {
    Load(EngineError),
    Work(EngineError),
    Late,
}

/// One piece of work.
pub(super) enum Command {
    Summarize(Ticket<SummarizeRequest, SummarizeOutput>),
    Translate(Ticket<TranslateRequest, TranslateOutput>),
    Load(Ticket<(), ()>),
}

/// A request on its way to the owner thread, and where its answer goes.
pub(super) struct Ticket<Q, A> {
    pub(super) request: Q,
    pub(super) reply: oneshot::Sender<Answer<A>>,
    pub(super) queued_at: Instant,
    pub(super) deadline: Instant,
}

/// Runs until the pool lets go of the model, or it stays idle for `idle_limit`.
pub(super) struct Worker {
    pub(super) spec: EngineSpec,
    pub(super) loader: Arc<dyn EngineLoader>,
    pub(super) shared: Arc<Shared>,
    pub(super) idle_limit: Option<Duration>,
}

impl Worker {
    pub(super) fn run(self, commands: &mpsc::Receiver<Command>, retire: impl FnOnce()) {
        let mut engine = self.build();
        while engine.is_ok()
            && let Some(command) = self.next(commands)
        {
            engine = self.serve(engine, command);
        }
        // The pool forgets this thread first: after that nothing more is sent, and what was sent is answered.
        retire();
        for command in commands.try_iter() {
            match engine {
                Ok(_) => engine = self.serve(engine, command),
                Err(ref error) => self.refuse(command, error),
            }
        }
        drop(engine);
        self.shared.set_stage(Stage::Gone);
    }

    fn next(&self, commands: &mpsc::Receiver<Command>) -> Option<Command> {
        let Some(limit) = self.idle_limit else { return commands.recv().ok() };
        match commands.recv_timeout(limit) {
            Ok(command) => Some(command),
            Err(mpsc::RecvTimeoutError::Timeout) if self.shared.pending() > 0 => commands.recv().ok(),
            Err(_) => None,
        }
    }

    fn build(&self) -> Result<Engine, EngineError> {
        self.shared.set_stage(Stage::Loading);
        let started = Instant::now();
        let built = guarded(|| self.loader.load(&self.spec));
        match &built {
            Ok(_) => {
                tracing::info!(model = %self.spec.card.id, ms = started.elapsed().as_millis() as u64, "model loaded");
                self.shared.set_stage(Stage::Loaded);
            }
            Err(error) => {
                tracing::error!(model = %self.spec.card.id, %error, "model could not be loaded");
                self.shared.set_stage(Stage::Failed(error.to_string()));
            }
        }
        built
    }

    /// Does one piece of work; after a panic the engine is built again, since its state cannot be trusted.
    fn serve(&self, engine: Result<Engine, EngineError>, command: Command) -> Result<Engine, EngineError> {
        let mut engine = engine?;
        let panicked = match command {
            Command::Summarize(ticket) => self.work(ticket, |request, wanted| match &mut engine {
                Engine::Summarizer(summarizer) => summarizer.summarize(request, wanted),
                Engine::Translator(_) => {
                    Err(EngineError::Failed("this model translates, it does not summarise".into()))
                }
            }),
            Command::Translate(ticket) => self.work(ticket, |request, wanted| match &mut engine {
                Engine::Translator(translator) => translator.translate(request, wanted),
                Engine::Summarizer(_) => {
                    Err(EngineError::Failed("this model summarises, it does not translate".into()))
                }
            }),
            Command::Load(ticket) => self.work(ticket, |(), _| Ok(())),
        };
        if panicked {
            drop(engine);
            return self.build();
        }
        Ok(engine)
    }

    /// Answers one ticket; returns whether the engine panicked.
    fn work<Q, A>(&self, ticket: Ticket<Q, A>, run: impl FnOnce(&Q, Wanted<'_>) -> Result<A, EngineError>) -> bool {
        let started = Instant::now();
        let queued = started.duration_since(ticket.queued_at);
        if ticket.reply.is_closed() {
            self.shared.finish(None);
            return false;
        }
        if started >= ticket.deadline {
            self.shared.finish(None);
            ticket.reply.send(Err(WorkError::Late)).ok();
            return false;
        }
        let mut panicked = false;
        let wanted = || !ticket.reply.is_closed() && Instant::now() < ticket.deadline;
        let result = catch_unwind(AssertUnwindSafe(|| run(&ticket.request, &wanted))).unwrap_or_else(|payload| {
            panicked = true;
            Err(EngineError::Failed(panic_message(&*payload)))
        });
        if let Err(EngineError::Unwanted) = result {
            tracing::info!(model = %self.spec.card.id, "work given up: its client has gone or its deadline has passed");
            self.shared.finish(None);
            ticket.reply.send(Err(WorkError::Late)).ok();
            return false;
        }
        if let Err(error) = &result {
            tracing::error!(model = %self.spec.card.id, %error, panicked, "model failed on a request");
        }
        let worked = started.elapsed();
        self.shared.finish(Some(worked));
        let answer = result.map(|output| Timed { output, queued, worked }).map_err(WorkError::Work);
        // The client may have gone meanwhile: then nobody wants the answer.
        ticket.reply.send(answer).ok();
        panicked
    }

    fn refuse(&self, command: Command, error: &EngineError) {
        self.shared.finish(None);
        let error = WorkError::Load(error.clone());
        match command {
            Command::Summarize(ticket) => drop(ticket.reply.send(Err(error))),
            Command::Translate(ticket) => drop(ticket.reply.send(Err(error))),
            Command::Load(ticket) => drop(ticket.reply.send(Err(error))),
        }
    }
}

/// Runs `build`, turning a panic into an error.
fn guarded<T>(build: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
    catch_unwind(AssertUnwindSafe(build)).unwrap_or_else(|payload| Err(EngineError::Failed(panic_message(&*payload))))
}

/// The first line of a panic's message: libtorch appends a C++ stack trace.
fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
    text.and_then(|text| text.lines().next()).unwrap_or("panic without a message").to_owned()
}
