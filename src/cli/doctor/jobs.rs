//! Where jobs are kept, as far as it can be judged without opening it.

use std::{fs::File, io, path::Path};

use url::Url;

use super::finding::Finding;
use crate::{cli::serve, config::Settings, jobs::DatabaseAddress};

pub(super) fn database(settings: &Settings) -> Finding {
    match serve::database(settings) {
        DatabaseAddress::Postgres(address) => postgres(&address),
        // It may hold a password, so that it is not shown.
        DatabaseAddress::File(_) if settings.jobs.database.contains("://") => {
            Finding::problem("jobs", "jobs.database is an address, and not one of PostgreSQL", POSTGRES)
        }
        DatabaseAddress::File(path) => file(&path, settings.jobs.database.is_empty()),
    }
}

const POSTGRES: &str = "write postgres://USER:PASSWORD@HOST/NAME, with %40 for @, %2F for /, %23 for # and %3F for ? in the \
                        password, or the path of a file";

fn postgres(address: &str) -> Finding {
    match Url::parse(address) {
        Ok(url) if is_cut(&url) => {
            Finding::problem("jobs", "jobs.database has a /, # or ? in its user's name or password", POSTGRES)
        }
        Ok(url) => {
            let host = url.host_str().filter(|host| !host.is_empty()).unwrap_or("this machine");
            Finding::ok("jobs", format!("in PostgreSQL on {host}; whether it answers is not tried"))
        }
        Err(error) => Finding::problem("jobs", format!("jobs.database is no address of PostgreSQL: {error}"), POSTGRES),
    }
}

/// Whether the address was read as shorter than it was meant: the `@` before the host stands behind what ended it.
fn is_cut(url: &Url) -> bool {
    [Some(url.path()), url.query(), url.fragment()].into_iter().flatten().any(|part| part.contains('@'))
}

fn file(path: &Path, is_default: bool) -> Finding {
    let shown = path.display();
    let Err(error) = check_writable(path) else {
        return Finding::ok("jobs", format!("in {shown}"));
    };
    let found = format!("{shown} cannot be written: {error}");
    if is_default {
        // Nobody asked for jobs here: a service whose data cannot be changed may be meant to be without.
        return Finding::warning("jobs", found, "jobs are refused, all else is served; set jobs.database to take them");
    }
    Finding::problem("jobs", found, "jobs are refused; set jobs.database to a file on a local disk that can be written")
}

/// Whether the file can be written, and others beside it, as SQLite makes them; folders that are not there can be made
/// where the last that is there can be written.
fn check_writable(path: &Path) -> io::Result<()> {
    if path.exists() {
        File::options().append(true).open(path)?;
    }
    let there = path.parent().into_iter().flat_map(Path::ancestors).find(|folder| folder.exists());
    tempfile::tempfile_in(there.unwrap_or(Path::new("."))).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::State;

    fn found(database: impl Into<String>) -> Finding {
        let mut settings = Settings::compiled().unwrap();
        settings.jobs.database = database.into();
        super::database(&settings)
    }

    #[test]
    fn a_file_can_be_where_its_folders_can_be_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("not/yet/jobs.sqlite3");
        assert_eq!(found(path.to_str().unwrap()).state, State::Ok);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "looking makes nothing");
        std::fs::write(folder.path().join("not"), "a file").unwrap();
        let finding = found(path.to_str().unwrap());
        assert_eq!(finding.state, State::Problem, "{finding:?}");
        assert!(finding.found.contains("cannot be written") && !finding.advice.is_empty(), "{finding:?}");
        assert_eq!(found(folder.path().to_str().unwrap()).state, State::Problem, "a folder is no file");
    }

    #[test]
    fn an_address_of_postgres_is_read() {
        for address in
            ["postgres://breve:s3cret@db.example/breve", "postgresql://db.example:5433/breve?sslmode=require"]
        {
            let finding = found(address);
            assert_eq!(finding.state, State::Ok, "{finding:?}");
            assert!(finding.found.contains("on db.example;"), "{finding:?}");
        }
        assert!(found("postgres:///breve").found.contains("this machine"));
    }

    #[test]
    fn a_wrong_address_is_told_without_its_password() {
        for address in [
            "postgres://breve:s3cret@db.example:port/breve",
            "postgres://breve:s3cret@/breve",
            "postgres://breve:1/s3cret@db.example/breve",
            "postgres://breve:1#s3cret@db.example/breve",
            "postgres://breve:1?s3cret@db.example/breve",
            "postgres://breve:s3cret#@db.example/breve",
            "mysql://breve:s3cret@db.example/breve",
        ] {
            let finding = found(address);
            assert_eq!(finding.state, State::Problem, "{address}: {finding:?}");
            assert!(!finding.line().contains("s3cret"), "{finding:?}");
            assert!(finding.advice.contains("postgres://USER:PASSWORD@HOST/NAME"), "{finding:?}");
        }
    }
}
