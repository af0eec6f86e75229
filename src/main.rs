//! The `breve` program.

fn main() {}
