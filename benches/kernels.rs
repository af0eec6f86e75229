//! Times single matrix products of the shapes in docs/PERFORMANCE.md: `cargo bench --bench kernels [-- --quick]`.
//!
//! One row a shape: `rows` activations of `width` against a weight of `width` x `columns`, milliseconds (medians).
//! "FBGEMM" is its int8 product by itself, with one scale for the weight and one for the activation; "Breve" is ours, with
//! one for each row of either. Both quantise the activation as part of the product.

#![allow(clippy::expect_used, reason = "a benchmark that cannot go on may say so and stop")]

use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

use breve::engine::Int8Product;

use tch::{Device, Kind, Scalar, Tensor};

/// (width, columns): projections, feed-forward and output heads of both benchmark models.
const WEIGHTS: [(i64, i64); 7] =
    [(1024, 1024), (1024, 4096), (4096, 1024), (1024, 50_264), (512, 512), (512, 2048), (512, 65_001)];
/// 4 and 16 are the beams of 1 and 4 sources, 512 the tokens of one article.
const ROWS: [i64; 5] = [1, 4, 16, 64, 512];
/// Beyond this many columns a weight is an output head, which never sees a whole article.
const WIDEST_FOR_ARTICLES: i64 = 10_000;

/// How long one measurement goes on: at least `runs` times, at least for `time`.
#[derive(Clone, Copy)]
struct Effort {
    runs: usize,
    time: Duration,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let effort = if quick {
        Effort { runs: 1, time: Duration::ZERO }
    } else {
        Effort { runs: 9, time: Duration::from_millis(500) }
    };
    let _no_gradients = tch::no_grad_guard();
    println!("threads: {}", tch::get_num_threads());
    println!("| width | columns | rows | f32 ms | bf16 ms | FBGEMM ms | Breve ms | Breve GB/s | Breve GOPS |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for (width, columns) in WEIGHTS {
        let weight = Weight::random(width, columns);
        for rows in ROWS.into_iter().filter(|&rows| rows < 512 || columns < WIDEST_FOR_ARTICLES) {
            print_row(&weight, rows, effort);
        }
    }
}

fn print_row(weight: &Weight, rows: i64, effort: Effort) {
    let activation = Tensor::randn([rows, weight.width], (Kind::Float, Device::Cpu));
    let half = activation.to_kind(Kind::BFloat16);
    let f32_ms = median_ms(effort, || activation.linear(&weight.f32, Some(&weight.bias)));
    let bf16_ms = median_ms(effort, || half.linear(&weight.bf16, None::<&Tensor>));
    let fbgemm_ms = median_ms(effort, || weight.int8.product(&activation, &weight.bias));
    let values: Vec<f32> = Vec::try_from(activation.view([-1])).expect("floats to floats");
    let int8_ms = median_ms(effort, || weight.ours.borrow_mut().run(&values).len());
    let (width, columns) = (weight.width, weight.columns);
    // Bytes and operations by the millisecond are a millionth of those by the nanosecond: GB/s and GOPS.
    let bytes = (width * columns) as f64;
    let (gigabytes, gigaops) = (bytes / int8_ms / 1e6, 2.0 * rows as f64 * bytes / int8_ms / 1e6);
    println!(
        "| {width} | {columns} | {rows} | {f32_ms:.3} | {bf16_ms:.3} | {fbgemm_ms:.3} | {int8_ms:.3} | {gigabytes:.1} | \
         {gigaops:.0} |"
    );
}

/// One weight in every form that is timed.
struct Weight {
    width: i64,
    columns: i64,
    bias: Tensor,
    f32: Tensor,
    bf16: Tensor,
    int8: Int8Weight,
    ours: RefCell<Int8Product>,
}

impl Weight {
    fn random(width: i64, columns: i64) -> Self {
        let f32 = Tensor::randn([columns, width], (Kind::Float, Device::Cpu)) * 0.02;
        let bias = Tensor::zeros([columns], (Kind::Float, Device::Cpu));
        let (bf16, int8) = (f32.to_kind(Kind::BFloat16), Int8Weight::of(&f32));
        let values: Vec<f32> = Vec::try_from(f32.view([-1])).expect("floats to floats");
        let ours = RefCell::new(Int8Product::new(&values, width as usize, 0));
        Self { width, columns, bias, f32, bf16, int8, ours }
    }
}

/// A weight as FBGEMM wants it.
struct Int8Weight {
    quantized: Tensor,
    packed: Tensor,
    column_sums: Tensor,
    scale: f64,
}

impl Int8Weight {
    fn of(weight: &Tensor) -> Self {
        let scale = weight.abs().max().double_value(&[]) / 127.0;
        let quantized = (weight / scale).round().to_kind(Kind::Int8);
        let column_sums = quantized.to_kind(Kind::Int).sum_dim_intlist([1_i64].as_slice(), false, Kind::Int);
        let packed = quantized.fbgemm_pack_quantized_matrix();
        Self { quantized, packed, column_sums, scale }
    }

    fn product(&self, activation: &Tensor, bias: &Tensor) -> Tensor {
        activation.fbgemm_linear_int8_weight_fp32_activation(
            &self.quantized,
            &self.packed,
            &self.column_sums,
            Scalar::float(self.scale),
            Scalar::int(0),
            bias,
        )
    }
}

/// The median time of one product, after one that is not counted.
fn median_ms<T>(effort: Effort, product: impl Fn() -> T) -> f64 {
    let _ = product();
    let (began, mut times) = (Instant::now(), Vec::new());
    while times.len() < effort.runs || began.elapsed() < effort.time {
        let start = Instant::now();
        let _ = product();
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
