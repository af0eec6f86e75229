//! Our own encoder-decoder runtime on tch.
