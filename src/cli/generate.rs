//! `breve generate`: token ids in and out of one model, for checking it against a reference.

mod cases;

use std::{
    fs::File,
    io::{BufWriter, Write, stdout},
    num::NonZeroUsize,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{CliError, app, engine::EngineArgs};
use crate::{
    config::Settings,
    domain::{GenerationOptions, Language, LanguagePair, Precision},
    engine::{EngineError, Local, OpenOptions, open_local},
};
use cases::{Case, Source};

/// `breve generate`.
#[derive(Debug, clap::Args)]
pub(super) struct GenerateArgs {
    /// Directory of the model, in the hub's layout.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// One JSON object a line: input_ids or text, and params with the names of transformers'
    /// GenerationConfig; or a JSON file that holds such objects as its cases.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// How many sources with the same params to generate from at once; 1 keeps each alone.
    #[arg(long, value_name = "COUNT", default_value = "1")]
    batch: NonZeroUsize,
    /// File to write to instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Language of the texts, for models of many languages.
    #[arg(long, value_name = "LANG", requires = "to")]
    from: Option<Language>,
    /// Language to generate, for models of many languages.
    #[arg(long, value_name = "LANG", requires = "from")]
    to: Option<Language>,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
}

/// One line of output.
#[derive(Debug, Serialize)]
struct Generated {
    input_ids: Vec<i64>,
    output_ids: Vec<i64>,
    output_text: String,
}

pub(super) fn run(args: &GenerateArgs, settings: &Settings) -> Result<(), CliError> {
    let cases = cases::read(&args.input)?;
    let pair = args.from.zip(args.to).map(|(source, target)| LanguagePair::new(source, target));
    let model = caught(|| open_local(&args.model, &open_options(settings)))?;
    let mut sink = Sink::open(args.output.as_deref())?;
    for batch in batches(&cases, args.batch.get()) {
        for generated in caught(|| generate(&model, batch, pair))? {
            sink.line(&serde_json::to_string(&generated)?)?;
        }
    }
    sink.finish()
}

/// Neighbours with the same params, at most `size` together.
fn batches(cases: &[Case], size: usize) -> impl Iterator<Item = &[Case]> {
    cases.chunk_by(|case, next| case.params == next.params).flat_map(move |alike| alike.chunks(size))
}

/// What is checked against a reference is checked in 32 bits, unless it is said otherwise.
pub(super) fn precision(settings: &Settings) -> Precision {
    match settings.models.precision {
        Precision::Auto => Precision::F32,
        precision => precision,
    }
}

fn open_options(settings: &Settings) -> OpenOptions {
    OpenOptions {
        architecture: None,
        precision: precision(settings),
        runtime: settings.models.runtime,
        threads: app::threads(&settings.models),
    }
}

fn generate(model: &Local, batch: &[Case], pair: Option<LanguagePair>) -> Result<Vec<Generated>, EngineError> {
    let codec = model.codec();
    let language = pair.map_or(Ok(GenerationOptions::default()), |pair| codec.options_for(pair))?;
    let encode = |case: &Case| match &case.source {
        Source::Ids(ids) => Ok(ids.clone()),
        Source::Text(text) => codec.encode(text, pair),
    };
    let sources = batch.iter().map(encode).collect::<Result<Vec<_>, _>>()?;
    let options = batch.first().map(|case| case.params.clone()).unwrap_or_default().or(&language);
    let outputs = model.generate_ids(&sources, &options)?;
    let generated = |(input_ids, output_ids): (Vec<i64>, Vec<i64>)| {
        let output_text = codec.decode(&output_ids);
        Generated { input_ids, output_ids, output_text }
    };
    Ok(sources.into_iter().zip(outputs).map(generated).collect())
}

/// tch's plain methods panic on error; here a panic ends the command with a message as any failure does.
fn caught<T>(work: impl FnOnce() -> Result<T, EngineError>) -> Result<T, CliError> {
    let outcome = catch_unwind(AssertUnwindSafe(work));
    Ok(outcome.unwrap_or_else(|_| Err(EngineError::Failed("it panicked; the cause stands above".into())))?)
}

/// Standard output or a file.
struct Sink {
    writer: Box<dyn Write>,
    path: Option<PathBuf>,
}

impl Sink {
    fn open(path: Option<&Path>) -> Result<Self, CliError> {
        let Some(path) = path else { return Ok(Self { writer: Box::new(stdout()), path: None }) };
        let file = File::create(path).map_err(|source| CliError::Write { path: path.into(), source })?;
        Ok(Self { writer: Box::new(BufWriter::new(file)), path: Some(path.into()) })
    }

    fn line(&mut self, text: &str) -> Result<(), CliError> {
        let written = writeln!(self.writer, "{text}");
        written.map_err(|source| self.failure(source))
    }

    fn finish(mut self) -> Result<(), CliError> {
        self.writer.flush().map_err(|source| self.failure(source))
    }

    fn failure(&self, source: std::io::Error) -> CliError {
        match &self.path {
            Some(path) => CliError::Write { path: path.clone(), source },
            None => CliError::Output(source),
        }
    }
}
