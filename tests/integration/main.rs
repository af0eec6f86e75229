//! Everything that a user would notice, through the public interface.

mod api;
mod architecture;
mod builtin;
mod cli;
mod docs;
