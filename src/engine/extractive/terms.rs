//! An article's sentences as unit vectors of word stems.

use std::collections::HashMap;

use unicode_segmentation::UnicodeSegmentation;

use crate::{domain::Language, text::Stems};

/// A sparse vector of length 1 (or without any entry): term and weight.
pub(super) type Vector = Vec<(usize, f32)>;

/// The sentences' vectors and the number of terms.
pub(super) struct Terms {
    pub(super) vectors: Vec<Vector>,
    size: usize,
}

impl Terms {
    /// Counts stems that are no stop words, damped by a logarithm. Languages without a stemmer or a list of stop
    /// words do without.
    pub(super) fn of(sentences: &[String], language: Language) -> Self {
        let stems = Stems::of(language);
        let mut ids = HashMap::new();
        let mut vector = |sentence: &String| {
            let lower = sentence.to_lowercase().replace('’', "'");
            let mut counts: HashMap<usize, usize> = HashMap::new();
            for word in lower.unicode_words().filter(|word| !stems.is_stop_word(word)) {
                let stem = stems.stem(word).into_owned();
                let next = ids.len();
                *counts.entry(*ids.entry(stem).or_insert(next)).or_default() += 1;
            }
            unit(counts.into_iter().map(|(term, count)| (term, (1.0 + count as f32).ln())).collect())
        };
        let vectors = sentences.iter().map(&mut vector).collect();
        Self { vectors, size: ids.len() }
    }

    /// How near each sentence is to the middle of those at `indices`: cosine, 0 to 1.
    pub(super) fn nearness(&self, indices: impl IntoIterator<Item = usize>) -> Vec<f32> {
        let mut middle = vec![0.0; self.size];
        for index in indices {
            self.vectors[index].iter().for_each(|(term, weight)| middle[*term] += weight);
        }
        let length = middle.iter().map(|weight| weight * weight).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        let cosine = |vector: &Vector| vector.iter().map(|(term, weight)| weight * middle[*term]).sum::<f32>() / length;
        self.vectors.iter().map(cosine).collect()
    }
}

/// The vector at length 1. Sorted, so that sums come out the same every time.
fn unit(mut vector: Vector) -> Vector {
    vector.sort_unstable_by_key(|(term, _)| *term);
    let length = vector.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|(_, weight)| *weight /= length);
    vector
}
