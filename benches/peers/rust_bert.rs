//! rust-bert's own generation as a worker of `scripts/bench_peers.sh`:
//! `bench_rust_bert --model DIR --family bart --threads 2`.

mod protocol;

use std::path::{Path, PathBuf};

use clap::Parser;
use protocol::{Failure, Job};
use rust_bert::{
    bart::BartGenerator,
    marian::MarianGenerator,
    pipelines::{
        common::{ModelResource, ModelType},
        generation_utils::{GenerateConfig, GenerateOptions, GeneratedIndicesOutput, LanguageGenerator},
    },
    resources::LocalResource,
};
use tch::{Device, Kind, Tensor};

#[derive(Parser)]
struct Arguments {
    /// Directory of the model, in the hub's layout.
    #[arg(long)]
    model: PathBuf,
    /// Its family.
    #[arg(long, value_parser = ["bart", "marian"])]
    family: String,
    /// CPU threads.
    #[arg(long)]
    threads: i32,
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    tch::set_num_threads(arguments.threads);
    let directory = arguments.model.as_path();
    if arguments.family == "bart" {
        let model = BartGenerator::new(config(directory, ModelType::Bart, "merges.txt"))?;
        protocol::serve(|job| generate(&model, job))
    } else {
        let model = MarianGenerator::new(config(directory, ModelType::Marian, "source.spm"))?;
        protocol::serve(|job| generate(&model, job))
    }
}

fn config(directory: &Path, model_type: ModelType, pieces: &str) -> GenerateConfig {
    let file = |name: &str| Box::new(LocalResource { local_path: directory.join(name) });
    GenerateConfig {
        model_type,
        model_resource: ModelResource::Torch(file("model.safetensors")),
        config_resource: file("config.json"),
        vocab_resource: file("vocab.json"),
        merges_resource: Some(file(pieces)),
        min_length: 0,
        max_length: None,
        do_sample: false,
        early_stopping: true,
        num_beams: 1,
        temperature: 1.0,
        top_k: 0,
        top_p: 1.0,
        repetition_penalty: 1.0,
        length_penalty: 1.0,
        no_repeat_ngram_size: 0,
        num_return_sequences: 1,
        num_beam_groups: None,
        diversity_penalty: None,
        device: Device::Cpu,
        kind: Some(Kind::Float),
    }
}

/// All sources have the same length, so no padding is needed.
fn generate(model: &impl LanguageGenerator, job: &Job) -> Result<Vec<Vec<i64>>, Failure> {
    let width = job.sources.first().map_or(0, Vec::len);
    if job.sources.iter().any(|source| source.len() != width) {
        return Err("the sources differ in length".into());
    }
    let shape = [i64::try_from(job.sources.len())?, i64::try_from(width)?];
    let ids = Tensor::from_slice(&job.sources.concat()).view(shape);
    let mask = Tensor::ones(shape, (Kind::Int64, Device::Cpu));
    let outputs = model.generate_from_ids_and_past(ids, Some(mask), Some(options(job)?))?;
    Ok(outputs.into_iter().map(|output: GeneratedIndicesOutput| output.indices).collect())
}

fn options(job: &Job) -> Result<GenerateOptions<'static>, Failure> {
    Ok(GenerateOptions {
        min_length: Some(i64::try_from(job.min_length())?),
        max_length: Some(i64::try_from(job.max_length())?),
        early_stopping: Some(true),
        num_beams: Some(i64::try_from(job.beams)?),
        no_repeat_ngram_size: Some(i64::try_from(job.no_repeat_ngram_size)?),
        ..GenerateOptions::default()
    })
}
