//! What the tensors of each family are called.

use super::spec::Family;

/// The side of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Encoder,
    Decoder,
}

/// The block of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    SelfAttention,
    CrossAttention,
    FeedForward,
}

/// A linear layer's tensors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LinearName {
    pub(super) weight: String,
    pub(super) bias: Option<String>,
    /// Whether the weight is `[inputs, outputs]` and the bias `[1, outputs]`.
    pub(super) inputs_first: bool,
}

/// A norm's tensors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NormName {
    pub(super) scale: String,
    pub(super) bias: Option<String>,
    /// Whether they are `[1, width]`.
    pub(super) as_rows: bool,
}

/// A layer of one side, counted from 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) family: Family,
    pub(super) side: Side,
    pub(super) layer: usize,
}

impl Side {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Encoder => "encoder",
            Self::Decoder => "decoder",
        }
    }
}

impl LinearName {
    fn new(weight: String, bias: Option<String>) -> Self {
        Self { weight, bias, inputs_first: false }
    }

    fn usual(stem: &str) -> Self {
        Self::new(format!("{stem}.weight"), Some(format!("{stem}.bias")))
    }

    fn native(weight: String, bias: Option<String>) -> Self {
        Self { weight, bias, inputs_first: true }
    }
}

impl NormName {
    pub(super) fn usual(stem: &str) -> Self {
        Self { scale: format!("{stem}.weight"), bias: Some(format!("{stem}.bias")), as_rows: false }
    }

    pub(super) fn without_bias(stem: &str) -> Self {
        Self { scale: format!("{stem}.weight"), bias: None, as_rows: false }
    }

    fn native(stem: &str) -> Self {
        Self { scale: format!("{stem}_ln_scale"), bias: Some(format!("{stem}_ln_bias")), as_rows: true }
    }
}

impl Place {
    /// Where the layer's names begin.
    fn stem(self) -> String {
        let (side, layer) = (self.side.name(), self.layer);
        match self.family {
            Family::Bart => format!("model.{side}.layers.{layer}"),
            Family::T5 => format!("{side}.block.{layer}.layer"),
            Family::MarianNative => format!("{side}_l{}", layer + 1),
        }
    }

    /// Where the names of one of T5's blocks begin: they are numbered.
    fn t5_block(self, block: Block) -> String {
        let number = match (block, self.side) {
            (Block::SelfAttention, _) => 0,
            (Block::CrossAttention, _) | (Block::FeedForward, Side::Encoder) => 1,
            (Block::FeedForward, Side::Decoder) => 2,
        };
        format!("{}.{number}", self.stem())
    }

    /// A projection of an attention block; `part` is `q`, `k`, `v` or `o`.
    pub(super) fn projection(self, block: Block, part: char) -> LinearName {
        let stem = self.stem();
        let cross = block == Block::CrossAttention;
        match self.family {
            Family::Bart => {
                let attention = if cross { "encoder_attn" } else { "self_attn" };
                let part = if part == 'o' { "out".to_owned() } else { part.to_string() };
                LinearName::usual(&format!("{stem}.{attention}.{part}_proj"))
            }
            Family::T5 => {
                let attention = if cross { "EncDecAttention" } else { "SelfAttention" };
                LinearName::new(format!("{}.{attention}.{part}.weight", self.t5_block(block)), None)
            }
            Family::MarianNative => {
                let attention = if cross { "context" } else { "self" };
                LinearName::native(format!("{stem}_{attention}_W{part}"), Some(format!("{stem}_{attention}_b{part}")))
            }
        }
    }

    /// The first half of a feed-forward block; two projections where the second one gates the first.
    pub(super) fn up(self, gated: bool) -> Vec<LinearName> {
        let stem = self.stem();
        match self.family {
            Family::Bart => vec![LinearName::usual(&format!("{stem}.fc1"))],
            Family::T5 => {
                let parts: &[&str] = if gated { &["wi_0", "wi_1"] } else { &["wi"] };
                let block = self.t5_block(Block::FeedForward);
                let name = |part: &&str| LinearName::new(format!("{block}.DenseReluDense.{part}.weight"), None);
                parts.iter().map(name).collect()
            }
            Family::MarianNative => vec![self.native_feed_forward(1)],
        }
    }

    /// Its second half.
    pub(super) fn down(self) -> LinearName {
        match self.family {
            Family::Bart => LinearName::usual(&format!("{}.fc2", self.stem())),
            Family::T5 => {
                let block = self.t5_block(Block::FeedForward);
                LinearName::new(format!("{block}.DenseReluDense.wo.weight"), None)
            }
            Family::MarianNative => self.native_feed_forward(2),
        }
    }

    fn native_feed_forward(self, half: u8) -> LinearName {
        let stem = self.stem();
        LinearName::native(format!("{stem}_ffn_W{half}"), Some(format!("{stem}_ffn_b{half}")))
    }

    /// The norm of a block.
    pub(super) fn norm(self, block: Block) -> NormName {
        let stem = self.stem();
        let native_cell = self.side == Side::Decoder && block == Block::SelfAttention;
        match (self.family, block) {
            (Family::Bart, Block::SelfAttention) => NormName::usual(&format!("{stem}.self_attn_layer_norm")),
            (Family::Bart, Block::CrossAttention) => NormName::usual(&format!("{stem}.encoder_attn_layer_norm")),
            (Family::Bart, Block::FeedForward) => NormName::usual(&format!("{stem}.final_layer_norm")),
            (Family::T5, _) => NormName::without_bias(&format!("{}.layer_norm", self.t5_block(block))),
            (Family::MarianNative, _) if native_cell => NormName::native(&format!("{stem}_rnn_ffn")),
            (Family::MarianNative, Block::SelfAttention) => NormName::native(&format!("{stem}_self_Wo")),
            (Family::MarianNative, Block::CrossAttention) => NormName::native(&format!("{stem}_context_Wo")),
            (Family::MarianNative, Block::FeedForward) => NormName::native(&format!("{stem}_ffn_ffn")),
        }
    }

    /// The candidate and the forget gate of an SSRU cell.
    pub(super) fn cell(self) -> [LinearName; 2] {
        let stem = self.stem();
        [
            LinearName::native(format!("{stem}_rnn_W"), None),
            LinearName::native(format!("{stem}_rnn_Wf"), Some(format!("{stem}_rnn_bf"))),
        ]
    }
}

/// Names that the embeddings of a side go by, most special first.
pub(super) fn embeddings(family: Family, side: Side) -> Vec<String> {
    let side = side.name();
    match family {
        Family::Bart => vec![
            format!("model.{side}.embed_tokens.weight"),
            "model.shared.weight".into(),
            "model.encoder.embed_tokens.weight".into(),
            "lm_head.weight".into(),
        ],
        Family::T5 => vec!["shared.weight".into(), format!("{side}.embed_tokens.weight"), "lm_head.weight".into()],
        Family::MarianNative => vec!["Wemb".into()],
    }
}

/// What is added to the scores of tokens.
pub(super) fn output_bias(family: Family) -> Option<&'static str> {
    match family {
        Family::Bart => Some("final_logits_bias"),
        Family::T5 => None,
        Family::MarianNative => Some("decoder_ff_logit_out_b"),
    }
}

/// The norm of embeddings.
pub(super) fn embedding_norm(side: Side) -> NormName {
    NormName::usual(&format!("model.{}.layernorm_embedding", side.name()))
}

/// The norm after the last layer.
pub(super) fn final_norm(family: Family, side: Side) -> NormName {
    let side = side.name();
    match family {
        Family::T5 => NormName::without_bias(&format!("{side}.final_layer_norm")),
        _ => NormName::usual(&format!("model.{side}.layer_norm")),
    }
}
