//! Everything that a user would notice, through the public interface.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod api;
mod architecture;
mod batch;
mod batches;
mod builtin;
mod cli;
mod docs;
mod goldens;
mod hub;
mod journey;
mod keys;
mod load;
mod model_files;
mod program;
mod receipts;
mod silence;
mod store;
mod traces;
