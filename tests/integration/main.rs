//! Everything that a user would notice, through the public interface.

mod goldens;
mod model_files;
