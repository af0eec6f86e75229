//! Cleaning, language detection, sentence splitting, chunking: pure functions.
