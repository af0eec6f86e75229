//! `breve batch`: a file of articles to a file of summaries, with no service running.

mod lines;
mod progress;
mod results;

use std::{path::PathBuf, str::FromStr, time::Duration};

use futures_util::{StreamExt, stream};
use serde_json::Value;

use super::{CliError, app, engine::EngineArgs};
use crate::{
    config::{LimitSettings, Settings},
    http,
    service::Service,
};
use lines::{Input, Line};
use progress::Progress;
use results::Results;

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

pub(super) fn run(args: &BatchArgs, settings: &Settings) -> Result<(), CliError> {
    let settings = patient(args, settings);
    let input = Input::open(&args.input, args.shard)?;
    let results = Results::open(&args.output)?;
    let left = left(&input, &results)?;
    let service = app::service(app::store(&settings)?, &settings)?;
    let progress = Progress::new(left, results.len());
    let batch = Batch { service, limits: settings.limits, jobs: usize::from(args.jobs), results };
    let Tally { total, failed } = app::block_on(batch.work(input.lines()?, &progress))??;
    progress.finish(failed);
    if failed == 0 { Ok(()) } else { Err(CliError::Incomplete { failed, total }) }
}

/// Nobody waits at the other end: what takes long may take long.
fn patient(args: &BatchArgs, settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    settings.limits.request_timeout_ms = u64::try_from(args.timeout.as_millis()).unwrap_or(u64::MAX);
    settings.limits.queue = settings.limits.queue.max(usize::from(args.jobs) * 2);
    settings.limits.cache_mib = 0;
    settings
}

/// How many lines of this part are to be done. Those that are done must be what they were then.
fn left(input: &Input, results: &Results) -> Result<usize, CliError> {
    let mut left = 0;
    for line in input.lines()? {
        let line = line?;
        match results.fingerprint(line.number) {
            None => left += 1,
            Some(done) if done == line.fingerprint() => {}
            Some(_) => return Err(input.changed(line.number)),
        }
    }
    Ok(left)
}

/// How many articles are done, and how many of these failed, with those of earlier runs.
struct Tally {
    total: usize,
    failed: usize,
}

/// What does articles, and where their results go.
struct Batch {
    service: Service,
    limits: LimitSettings,
    /// Articles at the same time.
    jobs: usize,
    results: Results,
}

impl Batch {
    /// Does those of `lines` that are not done yet. They are read as there is room for them, and written in their order.
    async fn work(
        &self,
        lines: impl Iterator<Item = Result<Line, CliError>>,
        progress: &Progress,
    ) -> Result<Tally, CliError> {
        let is_done = |line: &Line| self.results.fingerprint(line.number).is_some();
        let left = lines.filter(|line| !line.as_ref().is_ok_and(is_done));
        let one = |line: Result<Line, CliError>| async move { Ok::<_, CliError>(self.one(&line?).await) };
        let mut done = stream::iter(left).map(one).buffered(self.jobs);
        let mut tally = Tally { total: self.results.len(), failed: self.results.failed() };
        while let Some(result) = done.next().await.transpose()? {
            self.results.write(&result)?;
            tally.total += 1;
            tally.failed += usize::from(result.get("error").is_some());
            progress.advance(tally.failed);
        }
        Ok(tally)
    }

    /// Does one line, which fails alone.
    async fn one(&self, line: &Line) -> Value {
        let mut result = serde_json::json!({"line": line.number, "input": line.fingerprint()});
        let (id, body) = match line.text() {
            Ok(text) => with_id_apart(text),
            Err(error) => {
                result["error"] = http::error_json(&error);
                return result;
            }
        };
        if let Some(id) = id {
            result["id"] = id;
        }
        match http::Asked::carry_out(&body, &self.service, &self.limits, |_| {}).await {
            Ok(answer) => result["answer"] = answer,
            Err(error) => result["error"] = http::error_json(&error),
        }
        result
    }
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
