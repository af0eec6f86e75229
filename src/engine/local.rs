use std::{cell::RefCell, collections::HashMap, path::Path, sync::Arc};

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

/// A model that is stepped where it is called.
pub struct Local {
    codec: Arc<dyn Codec>,
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
    /// [`EngineError`] for sources or settings that this model cannot honour.
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
        let count = sources.len();
        let mut outputs = HashMap::new();
        let mut waiting = sources.into_iter().zip(0..).map(|(source, id)| (id, source)).peekable();
        while outputs.len() < count {
            let mut arrivals: Vec<(SourceId, Source)> = Vec::new();
            while let Some(next) = waiting.next_if(|(_, source)| generator.has_room(&arrivals, source)) {
                arrivals.push(next);
            }
            generator.join(arrivals)?;
            for event in generator.step()? {
                match event {
                    Event::Tokens { source, tokens } => on_tokens(source as usize, &tokens),
                    Event::Done { source, outcome } => {
                        let outcome = outcome.inspect_err(|_| generator.retain(&mut |_| false))?;
                        outputs.insert(source, outcome);
                    }
                }
            }
        }
        Ok((0..count as SourceId).filter_map(|source| outputs.remove(&source)).collect())
    }
}
