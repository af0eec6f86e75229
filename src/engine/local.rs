//! A model that is stepped where it is called.

use std::{cell::RefCell, path::Path, sync::Arc};

use super::{Codec, EngineError, Event, Generate, Generator, Hypothesis, Source, SourceId, best, loader};
use crate::domain::{Architecture, GenerationOptions, Precision, Runtime};

/// How a model is opened by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenOptions {
    /// What its files should describe; `None` takes what they do.
    pub architecture: Option<Architecture>,
    /// The numbers to compute with.
    pub precision: Precision,
    /// What runs it.
    pub runtime: Runtime,
    /// CPU threads; 0 leaves their number as it is.
    pub threads: usize,
}

/// A model that is stepped where it is called: on one thread, for one caller.
pub struct Local {
    pub(super) codec: Arc<dyn Codec>,
    generator: RefCell<Box<dyn Generator>>,
}

/// Opens the encoder-decoder in `directory` by itself, for checking it against a reference (`breve generate`).
///
/// # Errors
/// [`EngineError`] when the files are missing, damaged or of an architecture that is not known.
pub fn open_local(directory: &Path, options: &OpenOptions) -> Result<Local, EngineError> {
    let (codec, generator) = loader::open_local(directory, options)?;
    Ok(Local { codec, generator: RefCell::new(generator) })
}

impl Local {
    /// The model's tokenizer and settings.
    pub fn codec(&self) -> &dyn Codec {
        &*self.codec
    }

    /// The best output for each source.
    ///
    /// # Errors
    /// [`EngineError`] for sources or settings that this model cannot honour. Tensor operations may panic.
    pub fn generate_ids(
        &self,
        sources: &[Vec<i64>],
        options: &GenerationOptions,
    ) -> Result<Vec<Vec<i64>>, EngineError> {
        let sources = sources.iter().map(|ids| self.codec.source(ids.clone(), options)).collect::<Result<_, _>>()?;
        Ok(best(self.generate(sources, &mut |_, _| ())?))
    }
}

impl Generate for Local {
    fn generate(
        &self,
        sources: Vec<Source>,
        on_tokens: &mut dyn FnMut(usize, &[i64]),
    ) -> Result<Vec<Vec<Hypothesis>>, EngineError> {
        let mut generator = self.generator.borrow_mut();
        let mut round = Round::new(sources);
        let outcome = round.run(&mut **generator, on_tokens);
        // After an error others may be left, which nobody asks for any more.
        generator.retain(&mut |_| false);
        outcome.map(|()| round.outputs)
    }
}

/// One call's sources on their way through a generator.
struct Round {
    /// Short ones last, since they are taken from the end: so those of like length run together.
    waiting: Vec<(SourceId, Source)>,
    outputs: Vec<Vec<Hypothesis>>,
    left: usize,
}

impl Round {
    fn new(sources: Vec<Source>) -> Self {
        let (left, outputs) = (sources.len(), vec![Vec::new(); sources.len()]);
        let mut waiting: Vec<(SourceId, Source)> = (0..).zip(sources).collect();
        waiting.sort_by_key(|(id, source)| std::cmp::Reverse((source.ids.len(), *id)));
        Self { waiting, outputs, left }
    }

    fn run(
        &mut self,
        generator: &mut dyn Generator,
        on_tokens: &mut dyn FnMut(usize, &[i64]),
    ) -> Result<(), EngineError> {
        while self.left > 0 {
            let mut arrivals = Vec::new();
            while let Some(next) = self.waiting.pop_if(|(_, source)| generator.has_room(&arrivals, source)) {
                arrivals.push(next);
            }
            generator.join(arrivals)?;
            for event in generator.step()? {
                match event {
                    Event::Tokens { source, tokens } => on_tokens(source as usize, &tokens),
                    Event::Done { source, outcome } => {
                        self.outputs[source as usize] = outcome?;
                        self.left -= 1;
                    }
                }
            }
        }
        Ok(())
    }
}
