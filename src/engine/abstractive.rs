//! abstractive
