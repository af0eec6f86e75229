//! The built-in model as a network of the search: each source is computed alone.

use tch::{Kind, Tensor};

use super::{SsruNetwork, decoder::DecoderState, layers::sinusoids};
use crate::engine::{
    EngineError,
    generation::{Network, NewSource, Step},
};

/// One source, read.
pub(in crate::engine) struct Decoding {
    state: DecoderState,
    /// Tokens so far.
    position: i64,
}

impl Network for SsruNetwork {
    type Memory = Decoding;

    fn columns(&self) -> usize {
        self.output.tokens.len()
    }

    fn tokens(&self) -> Option<&[i64]> {
        Some(&self.output.tokens)
    }

    fn read(&mut self, sources: &[NewSource<'_>]) -> Result<Vec<Decoding>, EngineError> {
        let _guard = tch::no_grad_guard();
        let read = |source: &NewSource<'_>| {
            let state = self.decoder.start(&self.encode_batch(&[source.ids]), 1);
            Decoding { state, position: 0 }
        };
        Ok(sources.iter().map(read).collect())
    }

    fn step(&mut self, running: &mut [Step<'_, Decoding>]) -> &mut [f32] {
        let _guard = tch::no_grad_guard();
        let rows: usize = running.iter().map(|step| step.hypotheses.len()).sum();
        let mut scores = std::mem::take(&mut self.scores);
        scores.resize(rows * self.columns(), 0.0);
        let mut rest = scores.as_mut_slice();
        for step in running {
            let logits = self.logits(step).contiguous();
            let (row, others) = rest.split_at_mut(step.hypotheses.len() * self.columns());
            logits.copy_data(row, row.len());
            rest = others;
        }
        self.scores = scores;
        &mut self.scores
    }
}

impl SsruNetwork {
    fn logits(&self, step: &mut Step<'_, Decoding>) -> Tensor {
        let Decoding { state, position } = &mut *step.memory;
        let parents: Vec<i64> = step.hypotheses.iter().map(|hypothesis| hypothesis.parent as i64).collect();
        let tokens: Vec<i64> = step.hypotheses.iter().map(|hypothesis| hypothesis.token).collect();
        if *position > 0 {
            state.select(None, &parents);
        }
        let place = sinusoids(*position, 1, self.config.dim);
        *position += 1;
        // The first step has no token before it: a zero vector stands for it.
        let embedded = match tokens.iter().any(|token| *token < 0) {
            true => place,
            false => self.embeddings.index_select(0, &Tensor::from_slice(&tokens)) + place,
        };
        self.output.forward(&self.decoder.step(&embedded, state)).to_kind(Kind::Float)
    }
}
