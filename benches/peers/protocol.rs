//! What the workers of `scripts/bench_peers.sh` have in common: jobs come as lines of JSON on standard input, and each
//! is answered by a line with its seconds. The same lines go to workers in Python (`scripts/benchmark/protocol.py`).

use std::{
    error::Error,
    io::{self, BufRead, Write},
    time::Instant,
};

/// What ends a worker or fails a job.
pub(crate) type Failure = Box<dyn Error>;

/// Sources to generate from, all in one call.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Job {
    /// Token ids of each source.
    pub(crate) sources: Vec<Vec<i64>>,
    /// Tokens that every output has, the end token included, the start token not.
    pub(crate) new_tokens: usize,
    /// Hypotheses for each source.
    pub(crate) beams: usize,
    /// No n-gram of this size occurs twice; 0 allows all.
    pub(crate) no_repeat_ngram_size: usize,
}

impl Job {
    /// Longest output as `transformers` counts it, with the start token.
    pub(crate) fn max_length(&self) -> usize {
        self.new_tokens + 1
    }

    /// Shortest output before the end token is allowed: only the last token may be it.
    pub(crate) fn min_length(&self) -> usize {
        self.new_tokens
    }
}

/// Says that the worker is ready, then answers each line of standard input until it ends.
///
/// Fails when standard input or output breaks. A job that fails is answered with its `error`.
pub(crate) fn serve(mut run: impl FnMut(&Job) -> Result<Vec<Vec<i64>>, Failure>) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    writeln!(output, "{}", serde_json::json!({ "ready": true }))?;
    output.flush()?;
    for line in io::stdin().lock().lines() {
        let job: Job = serde_json::from_str(&line?)?;
        let began = Instant::now();
        let outcome = run(&job);
        let seconds = began.elapsed().as_secs_f64();
        let answer = match outcome {
            Ok(outputs) => serde_json::json!({ "seconds": seconds, "outputs": outputs }),
            Err(error) => serde_json::json!({ "error": error.to_string() }),
        };
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}
