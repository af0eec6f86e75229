//! Breve as a worker of `scripts/bench_peers.sh`: `bench_breve --model DIR --precision int8 --threads 2`.

mod protocol;

use std::path::{Path, PathBuf};

use breve::{
    domain::{EarlyStopping, GenerationOptions},
    engine::{Seq2Seq, open_seq2seq},
};
use clap::Parser;
use protocol::{Failure, Job};

#[derive(Parser)]
struct Arguments {
    /// Directory of the model, in the hub's layout.
    #[arg(long)]
    model: PathBuf,
    /// Precision of the weights.
    #[arg(long, default_value = "int8")]
    precision: String,
    /// CPU threads.
    #[arg(long)]
    threads: usize,
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let mut model = Model::open(&arguments.model, &arguments.precision, arguments.threads)?;
    protocol::serve(|job| model.generate(&job.sources, &options(job)))
}

fn options(job: &Job) -> GenerationOptions {
    GenerationOptions {
        num_beams: Some(job.beams),
        max_length: Some(job.max_length()),
        min_length: Some(job.min_length()),
        no_repeat_ngram_size: Some(job.no_repeat_ngram_size),
        early_stopping: Some(EarlyStopping::WhenFull),
        ..GenerationOptions::default()
    }
}

/// All that this worker knows of the engine.
struct Model(Box<dyn Seq2Seq>);

impl Model {
    fn open(directory: &Path, precision: &str, threads: usize) -> Result<Self, Failure> {
        if precision != "f32" {
            return Err(format!("this engine has no precision {precision}").into());
        }
        tch::set_num_threads(i32::try_from(threads)?);
        Ok(Self(open_seq2seq(directory, None)?))
    }

    fn generate(&mut self, sources: &[Vec<i64>], options: &GenerationOptions) -> Result<Vec<Vec<i64>>, Failure> {
        Ok(self.0.generate(sources, options)?)
    }
}
