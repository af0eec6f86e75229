//! Summarises articles by sentence selection: JSON lines `{"text":"..."}` in, `{"summary":["..."]}` out.
//!
//! `extract [--count N] [--language CODE] [--lead] < articles.jsonl > summaries.jsonl`
//!
//! `--lead` takes the first sentences instead, for comparison. `scripts/evaluate.sh --only selection` uses it.

use std::{
    error::Error,
    io::{self, BufRead, Write},
};

use breve::{
    domain::{GenerationOptions, Language},
    engine::{SummarizeRequest, extractive::select},
    text::Document,
};
use clap::Parser;

#[derive(Parser)]
struct Arguments {
    /// Sentences in a summary.
    #[arg(long, default_value_t = 3)]
    count: usize,
    /// The articles' language.
    #[arg(long, default_value = "en")]
    language: Language,
    /// Take the first sentences.
    #[arg(long)]
    lead: bool,
}

#[derive(serde::Deserialize)]
struct Article {
    text: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let mut output = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let article: Article = serde_json::from_str(&line?)?;
        let summary = summary(Document::read(&article.text).texts(), &arguments)?;
        writeln!(output, "{}", serde_json::json!({ "summary": summary }))?;
    }
    output.flush()?;
    Ok(())
}

fn summary(mut sentences: Vec<String>, arguments: &Arguments) -> Result<Vec<String>, Box<dyn Error>> {
    if arguments.lead {
        sentences.truncate(arguments.count);
        return Ok(sentences);
    }
    let request = SummarizeRequest {
        language: arguments.language,
        sentences,
        paragraphs: Vec::new(),
        count: arguments.count,
        alternatives: 0,
        generation: GenerationOptions::default(),
    };
    let output = select(&request);
    Ok(output.sentences.into_iter().map(|sentence| sentence.text).collect())
}
