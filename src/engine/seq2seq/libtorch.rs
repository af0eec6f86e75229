//! The operations between linear layers by way of libtorch, in the order in which `transformers` asks for them.
//!
//! In 32 bits the runtime is what others are held against, and is held against `transformers` itself. T5's attention is
//! not scaled: its scores are in the hundreds, where what the order of additions leaves in the last bit grows a
//! thousandfold from layer to layer. Only the same operations give the same numbers then.

use tch::{Kind, Tensor};

use super::{encoder::Extent, linear::Norm, positions::RelativeBias};
use crate::engine::kernels::{activation::Activation, attention::Heads};

/// Norms every row in place.
pub(super) fn norm(norm: &Norm, values: &mut [f32]) {
    let rows = |width: usize| matrix(values, width);
    let normed = match norm {
        Norm::Layer { scale, bias, eps } => {
            let (scale, bias) = (Tensor::from_slice(scale), Tensor::from_slice(bias));
            rows(scale.numel()).layer_norm(scale.size(), Some(&scale), Some(&bias), f64::from(*eps), false)
        }
        Norm::Rms { scale, eps } => {
            let rows = rows(scale.len());
            let variance = rows.square().mean_dim([-1_i64].as_slice(), true, Kind::Float);
            Tensor::from_slice(scale) * (&rows * (variance + f64::from(*eps)).rsqrt())
        }
    };
    write(&normed, values);
}

/// Applies an activation to each value.
pub(super) fn activate(activation: Activation, values: &mut [f32]) {
    let x = Tensor::from_slice(values);
    let activated = match activation {
        Activation::Identity => return,
        Activation::Relu => x.relu(),
        Activation::Gelu => x.gelu("none"),
        Activation::GeluTanh => {
            let inner = (&x + x.pow_tensor_scalar(3.0) * 0.044_715) * (2.0 / std::f64::consts::PI).sqrt();
            (&x * 0.5) * (inner.tanh() + 1.0)
        }
        Activation::QuickGelu => &x * (&x * 1.702).sigmoid(),
        Activation::Silu => x.silu(),
        Activation::Tanh => x.tanh(),
    };
    write(&activated, values);
}

/// Self-attention of an encoder over each of `sources`; see [`attention::encode`](super::super::kernels::attention::encode).
pub(super) fn encode(
    projected: &[f32],
    sources: &[Extent],
    heads: Heads,
    bias: Option<&RelativeBias>,
    out: &mut [f32],
) {
    let width = heads.width();
    for (rows, visible) in sources {
        let of_source = matrix(&projected[rows.start * 3 * width..rows.end * 3 * width], 3 * width);
        let part = |which: usize| of_source.narrow(1, (which * width) as i64, width as i64);
        let (keys, values) = (part(1).narrow(0, 0, *visible as i64), part(2).narrow(0, 0, *visible as i64));
        let bias = bias.map(|bias| bias_of(bias, rows.len(), *visible, heads));
        let mixed = attend(&part(0), &keys, &values, heads, bias.as_ref());
        write(&mixed, &mut out[rows.start * width..rows.end * width]);
    }
}

/// Rows of queries that look at keys and values; all are `[rows, heads]`.
fn attend(queries: &Tensor, keys: &Tensor, values: &Tensor, heads: Heads, bias: Option<&Tensor>) -> Tensor {
    let split = |rows: &Tensor| rows.reshape([-1, heads.count as i64, heads.size as i64]).transpose(0, 1).contiguous();
    // transformers scales the queries, not the scores.
    let queries = if heads.scale == 1.0 { queries.shallow_clone() } else { queries * f64::from(heads.scale) };
    let mut scores = split(&queries).matmul(&split(keys).transpose(1, 2));
    if let Some(bias) = bias {
        scores += bias;
    }
    let mixed = scores.softmax(-1, Kind::Float).matmul(&split(values));
    mixed.transpose(0, 1).reshape([-1, heads.width() as i64])
}

/// `[heads, queries, keys]` for as many queries and keys, from position 0 on.
fn bias_of(bias: &RelativeBias, queries: usize, keys: usize, heads: Heads) -> Tensor {
    let row = |head: usize, position: usize| bias.bias().from(head, position)[..keys].to_vec();
    let rows: Vec<f32> =
        (0..heads.count).flat_map(|head| (0..queries).flat_map(move |position| row(head, position))).collect();
    Tensor::from_slice(&rows).view([heads.count as i64, queries as i64, keys as i64])
}

/// Rows of `width` values.
fn matrix(values: &[f32], width: usize) -> Tensor {
    Tensor::from_slice(values).view([-1, width as i64])
}

/// A tensor's values, row after row, into `out`.
fn write(tensor: &Tensor, out: &mut [f32]) {
    let tensor = tensor.to_kind(Kind::Float).contiguous();
    tensor.copy_data(out, out.len());
}
