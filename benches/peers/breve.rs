//! Breve as a worker of `scripts/bench_peers.sh`: `bench_breve --model DIR --precision int8 --threads 2`.

mod protocol;

use std::path::{Path, PathBuf};

use breve::{
    domain::{EarlyStopping, GenerationOptions, Precision},
    engine::{Local, OpenOptions, open_local},
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
    let model = open(&arguments.model, &arguments.precision, arguments.threads)?;
    protocol::serve(|job| Ok(model.generate_ids(&job.sources, &options(job))?))
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

fn open(directory: &Path, precision: &str, threads: usize) -> Result<Local, Failure> {
    let precision: Precision = serde_json::from_value(precision.into())?;
    Ok(open_local(directory, &OpenOptions { precision, threads, ..OpenOptions::default() })?)
}
