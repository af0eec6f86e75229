//! `breve batch`: a file of articles to a file of summaries, with no service running.

mod progress;
mod results;

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use futures_util::{StreamExt, stream};
use serde_json::Value;

use super::{CliError, app, engine::EngineArgs};
use crate::{
    config::{LimitSettings, Settings},
    http,
    service::Service,
};
use progress::Progress;
use results::{Results, fingerprint};

/// `breve batch`.
#[derive(Debug, clap::Args)]
pub(super) struct BatchArgs {
    /// Articles: on each line an object with what POST /v1/summarize takes, and an `id` of yours if you like.
    input: PathBuf,
    /// Summaries: on each line the number of its article's line, its `id`, and an `answer` or an `error`. What is there
    /// already is not done again.
    output: PathBuf,
    /// Do only this part of the lines: 0/4 to 3/4 are four parts, for as many machines.
    #[arg(long, value_name = "I/N", default_value = "0/1")]
    shard: Shard,
    /// Articles that are worked on at the same time.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
    /// Longest time for one article, such as 30min.
    #[arg(long, value_name = "TIME", default_value = "30min", value_parser = humantime::parse_duration)]
    timeout: Duration,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
}

/// One part of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    fn has(self, line: usize) -> bool {
        line % self.count == self.index
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        match parts {
            Some((index, count)) if index < count => Ok(Self { index, count }),
            _ => Err("must be I/N with I from 0 to N-1, such as 0/4".to_owned()),
        }
    }
}

/// A line to do.
struct Job {
    /// From 1.
    line: usize,
    text: String,
}

pub(super) fn run(args: &BatchArgs, settings: &Settings) -> Result<(), CliError> {
    let (settings, jobs) = (patient(args, settings), usize::from(args.jobs));
    let mut results = Results::open(&args.output)?;
    let todo = todo(&args.input, args.shard, &results)?;
    let service = app::service(app::store(&settings)?, &settings)?;
    let progress = Progress::new(todo.len(), results.len());
    let failed = app::block_on(async {
        let work = |job| one(&service, &settings.limits, job);
        let mut done = stream::iter(todo).map(work).buffered(jobs);
        let mut failed = results.failed();
        while let Some(result) = done.next().await {
            failed += usize::from(result.get("error").is_some());
            results.write(&result)?;
            progress.advance(failed);
        }
        Ok::<_, CliError>(failed)
    })??;
    progress.finish(failed);
    if failed == 0 { Ok(()) } else { Err(CliError::Incomplete { failed, total: results.len() }) }
}

/// Nobody waits at the other end: what takes long may take long.
fn patient(args: &BatchArgs, settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    settings.limits.request_timeout_ms = u64::try_from(args.timeout.as_millis()).unwrap_or(u64::MAX);
    settings.limits.queue = settings.limits.queue.max(usize::from(args.jobs) * 2);
    settings.limits.cache_mib = 0;
    settings
}

/// The lines of this part that are not done yet. Each has to be what it was when it was done.
fn todo(input: &Path, shard: Shard, results: &Results) -> Result<Vec<Job>, CliError> {
    let name = input.display().to_string();
    let unreadable = |source| CliError::Read { name: name.clone(), source };
    let mut todo = Vec::new();
    for (index, text) in BufReader::new(File::open(input).map_err(unreadable)?).lines().enumerate() {
        let (line, text) = (index + 1, text.map_err(unreadable)?);
        if text.trim().is_empty() || !shard.has(index) {
            continue;
        }
        match results.fingerprint(line) {
            None => todo.push(Job { line, text }),
            Some(done) if done == fingerprint(&text) => {}
            Some(_) => {
                let reason =
                    format!("line {line} is not the one that the results were made from; write to another file");
                return Err(CliError::Content { name, reason });
            }
        }
    }
    Ok(todo)
}

/// Does one line, which fails alone.
async fn one(service: &Service, limits: &LimitSettings, job: Job) -> Value {
    let Job { line, text } = job;
    let mut result = serde_json::json!({"line": line, "input": fingerprint(&text)});
    let (id, body) = with_id_apart(&text);
    if let Some(id) = id {
        result["id"] = id;
    }
    match http::Asked::carry_out(&body, service, limits).await {
        Ok(answer) => result["answer"] = answer,
        Err(error) => result["error"] = http::error_json(&error),
    }
    result
}

/// A line's `id`, and the line without it; one that is no JSON as it is.
fn with_id_apart(text: &str) -> (Option<Value>, String) {
    let Ok(line) = serde_json::from_str(text) else { return (None, text.to_owned()) };
    let (id, article) = http::with_id_apart(line);
    (id, article.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_share_the_lines_and_none_is_in_two() {
        let parts: Vec<Shard> = ["0/3", "1/3", "2/3"].map(|part| part.parse().unwrap()).into();
        for line in 0..10 {
            assert_eq!(parts.iter().filter(|part| part.has(line)).count(), 1, "{line}");
        }
        for wrong in ["", "3/3", "1", "a/b", "0/0", "-1/2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_id_is_the_callers_own() {
        assert_eq!(with_id_apart(r#"{"id":7,"text":"x"}"#), (Some(7.into()), r#"{"text":"x"}"#.into()));
        assert_eq!(with_id_apart("[1]"), (None, "[1]".into()));
        assert_eq!(with_id_apart("nonsense"), (None, "nonsense".into()));
    }
}
