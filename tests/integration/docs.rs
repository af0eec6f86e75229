//! Holds the documents to what the program really takes.

use std::{collections::BTreeMap, fs, path::Path};

use breve::cli::Cli;
use clap::Parser;

const DOCUMENTS: &[&str] = &["README.md", "CONTRIBUTING.md", "docs/GUIDE.md", "docs/CONFIGURATION.md"];

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines of a document's code blocks that call `breve`, and the code spans that do.
fn commands(document: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in document.lines() {
        if line.starts_with("```") {
            inside = !inside;
        } else if inside {
            found.extend(command(line));
        } else {
            found.extend(line.split('`').skip(1).step_by(2).filter_map(command));
        }
    }
    found
}

/// The call of `breve` in a shell line, without the prompt, variables before it and anything behind it.
fn command(line: &str) -> Option<String> {
    let mut words = line.trim().trim_start_matches("$ ").split_whitespace().skip_while(|word| word.contains('='));
    words.next().filter(|program| *program == "breve")?;
    let stops = ["|", ">", "2>", "<", "#", "&&", "&", "..."];
    Some(words.take_while(|word| !stops.contains(word)).collect::<Vec<_>>().join(" "))
}

/// What a shell makes of `command`, whose blanks between double quotation marks are no ends of words.
fn arguments(command: &str) -> Vec<String> {
    let parts = command.split('"').enumerate();
    let kept: String =
        parts.map(|(at, part)| if at % 2 == 1 { part.replace(' ', "\0") } else { part.to_owned() }).collect();
    kept.split_whitespace().map(|word| word.replace('\0', " ")).collect()
}

#[test]
fn every_command_in_the_documents_is_one() {
    let mut count = 0;
    for name in DOCUMENTS {
        for command in commands(&read(name)) {
            count += 1;
            let words = std::iter::once("breve".to_owned()).chain(arguments(&command));
            if let Err(error) = Cli::try_parse_from(words)
                && error.use_stderr()
            {
                // A command named alone, such as `breve translate`, lacks only its arguments.
                let lacking = error.kind() == clap::error::ErrorKind::MissingRequiredArgument
                    || error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
                assert!(lacking && !command.contains("--"), "{name}: breve {command}\n{error}");
            }
        }
    }
    assert!(count > 20, "only {count} commands were found");
}

/// `| `server.bind` | `"127.0.0.1:8080"` | ... |` as key and value.
fn documented() -> BTreeMap<String, String> {
    let row = |line: &str| {
        let cells: Vec<_> = line.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect();
        (line.starts_with("| `") && cells.len() > 4).then(|| (cells[1].clone(), cells[2].clone()))
    };
    let page = read("docs/CONFIGURATION.md");
    let keys = page.split("## Every setting").nth(1).unwrap();
    keys.split("\n## ").next().unwrap().lines().filter_map(row).collect()
}

#[test]
fn the_configuration_page_has_every_key_with_its_default() {
    let defaults: toml::Table = toml::from_str(&read("config/breve.toml")).unwrap();
    let section = |(name, keys): (&String, &toml::Value)| {
        let keys = keys.as_table().unwrap().iter();
        keys.map(|(key, value)| (format!("{name}.{key}"), value.to_string())).collect::<Vec<_>>()
    };
    let defaults: BTreeMap<_, _> = defaults.iter().flat_map(section).collect();
    assert_eq!(documented(), defaults);
}

#[test]
fn the_exit_codes_are_those_of_the_help() {
    let guide = read("docs/GUIDE.md");
    for code in 0..=11 {
        assert!(guide.contains(&format!("| {code} |")), "exit code {code} is not in docs/GUIDE.md");
    }
}

#[test]
fn the_checker_reads_commands_out_of_a_document() {
    let document = "Say `breve detect a.txt` or:\n```sh\n$ BREVE__LOG__LEVEL=debug breve serve --bind [::1]:0 # comment\ncargo run\nbreve config > x\n```\n";
    assert_eq!(commands(document), ["detect a.txt", "serve --bind [::1]:0", "config"]);
    assert_eq!(arguments("a --term \"b c=d\" e"), ["a", "--term", "b c=d", "e"]);
}
