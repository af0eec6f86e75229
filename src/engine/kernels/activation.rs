//! The functions between the two halves of a feed-forward block.

use super::{Isa, for_each_isa, multiply_add, rows::exp};

/// An activation, by the names of `transformers`' `ACT2FN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Activation {
    /// None.
    Identity,
    /// `relu`.
    Relu,
    /// `gelu`: with the error function (Hendrycks and Gimpel 2016).
    Gelu,
    /// `gelu_new`, `gelu_pytorch_tanh`, `gelu_fast`: the same by way of `tanh`.
    GeluTanh,
    /// `quick_gelu`: the same by way of the logistic function.
    QuickGelu,
    /// `silu`, `swish`.
    Silu,
    /// `tanh`.
    Tanh,
}

impl Activation {
    /// The activation of that name.
    pub(in crate::engine) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "relu" => Self::Relu,
            "gelu" => Self::Gelu,
            "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => Self::GeluTanh,
            "quick_gelu" => Self::QuickGelu,
            "silu" | "swish" => Self::Silu,
            "tanh" => Self::Tanh,
            "linear" => Self::Identity,
            _ => return None,
        })
    }

    /// Applies it to each value.
    pub(in crate::engine) fn apply(self, isa: Isa, values: &mut [f32]) {
        match self {
            Self::Identity => {}
            Self::Relu => relu(isa, values),
            Self::Gelu => gelu(isa, values),
            Self::GeluTanh => gelu_tanh(isa, values),
            Self::QuickGelu => quick_gelu(isa, values),
            Self::Silu => silu(isa, values),
            Self::Tanh => tanh(isa, values),
        }
    }
}

macro_rules! each_value {
    ($name:ident, $body:ident, $of:expr) => {
        for_each_isa! { fn $name(values: &mut [f32]) = $body }

        #[inline(always)]
        fn $body<const FUSED: bool>(values: &mut [f32]) {
            for value in values {
                *value = $of(*value);
            }
        }
    };
}

// What is no number must stay so: `max` would make it 0.
each_value!(relu, relu_in, |x: f32| if x < 0.0 { 0.0 } else { x });
each_value!(silu, silu_in, |x: f32| x / (1.0 + exp::<FUSED>(-x)));
each_value!(quick_gelu, quick_gelu_in, |x: f32| x / (1.0 + exp::<FUSED>(-1.702 * x)));
each_value!(tanh, tanh_in, tanh_of::<FUSED>);
each_value!(gelu, gelu_in, |x: f32| 0.5 * x * (1.0 + erf::<FUSED>(x * std::f32::consts::FRAC_1_SQRT_2)));
each_value!(gelu_tanh, gelu_tanh_in, |x: f32| {
    const ROOT: f32 = 0.797_884_6; // sqrt(2 / pi)
    0.5 * x * (1.0 + tanh_of::<FUSED>(ROOT * multiply_add::<FUSED>(0.044_715 * x * x, x, x)))
});

#[inline(always)]
fn tanh_of<const FUSED: bool>(x: f32) -> f32 {
    1.0 - 2.0 / (exp::<FUSED>(2.0 * x) + 1.0)
}

/// The error function to 1.2e-7 (Abramowitz and Stegun 1964, 7.1.26).
#[inline(always)]
fn erf<const FUSED: bool>(x: f32) -> f32 {
    let magnitude = x.abs();
    let t = 1.0 / multiply_add::<FUSED>(0.327_591_1, magnitude, 1.0);
    let mut value = 1.061_405_4;
    for coefficient in [-1.453_152, 1.421_413_8, -0.284_496_74, 0.254_829_6] {
        value = multiply_add::<FUSED>(value, t, coefficient);
    }
    let value = 1.0 - value * t * exp::<FUSED>(-magnitude * magnitude);
    value.copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error function by its series, in 64 bits.
    fn exact_erf(x: f64) -> f64 {
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * std::f64::consts::FRAC_2_SQRT_PI
    }

    #[test]
    fn activations_are_what_their_names_say() {
        let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
        type Exact = fn(f64) -> f64;
        let exact: [(&str, Exact); 4] = [
            ("gelu", |x| 0.5 * x * (1.0 + exact_erf(x / 2.0_f64.sqrt()))),
            ("gelu_new", |x| {
                0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh())
            }),
            ("relu", |x| x.max(0.0)),
            ("tanh", f64::tanh),
        ];
        let mut wrong = Vec::new();
        for isa in Isa::available() {
            let mut check = |name: &str, x: f64, expected: f64| {
                let mut value = [x as f32];
                Activation::named(name).unwrap().apply(isa, &mut value);
                if (f64::from(value[0]) - expected).abs() > 1e-6 {
                    wrong.push((name.to_owned(), x, value[0], expected));
                }
            };
            for step in -500..=500 {
                let x = f64::from(step) / 100.0;
                exact.iter().for_each(|(name, of)| check(name, x, of(x)));
                check("silu", x, x * logistic(x));
                check("quick_gelu", x, x * logistic(1.702 * x));
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn what_is_no_number_stays_so() {
        for name in ["relu", "gelu", "gelu_new", "silu", "quick_gelu", "tanh"] {
            let mut value = [f32::NAN];
            Activation::named(name).unwrap().apply(Isa::best(), &mut value);
            assert!(value[0].is_nan(), "{name}");
        }
    }
}
