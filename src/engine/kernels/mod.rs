//! The arithmetic of the runtime on plain slices: exact integer products, attention, norms, and a team of threads.
//!
//! Every function computes a row from that row alone, in an order that depends on nothing else, so that a row's result
//! is the same bits alone or beside any others. What is written in plain loops is compiled three times, for AVX-512,
//! for AVX2 and for any machine; the products are written out for the first two.

#![allow(unsafe_code, reason = "SIMD intrinsics and a pool of threads need it; each use says why it is sound")]

pub(super) mod activation;
pub(super) mod attention;
pub(super) mod float;
pub(super) mod int8;
pub(super) mod rows;
pub(super) mod team;

use std::sync::OnceLock;

/// The instructions that a kernel may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Isa {
    /// AVX-512 with its byte products (VNNI): Intel from 2019, AMD from 2022.
    Avx512,
    /// AVX2 with fused multiply-add: Intel from 2013, AMD from 2015.
    Avx2,
    /// Whatever the program was compiled for.
    Portable,
}

impl Isa {
    /// The best that this machine has.
    pub(super) fn best() -> Self {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| Self::available()[0])
    }

    /// All that this machine has, best first.
    pub(super) fn available() -> Vec<Self> {
        let mut found = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vnni");
            found.extend((avx2 && avx512).then_some(Self::Avx512));
            found.extend(avx2.then_some(Self::Avx2));
        }
        found.push(Self::Portable);
        found
    }

    /// Whether byte products are faster than products of floats.
    pub(super) fn has_fast_int8(self) -> bool {
        self != Self::Portable
    }
}

/// Defines a function that runs `$body`, an `#[inline(always)]` function generic over whether multiply-add is one
/// instruction, compiled for each instruction set.
macro_rules! for_each_isa {
    ($(#[$meta:meta])* $visibility:vis fn $name:ident($($argument:ident: $kind:ty),* $(,)?) $(-> $result:ty)? = $body:ident) => {
        $(#[$meta])*
        #[allow(unsafe_code, reason = "the compiler cannot know what the machine was seen to have")]
        $visibility fn $name(isa: $crate::engine::kernels::Isa, $($argument: $kind),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")]
                fn avx512($($argument: $kind),*) $(-> $result)? { $body::<true>($($argument),*) }
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($argument: $kind),*) $(-> $result)? { $body::<true>($($argument),*) }
                match isa {
                    // SAFETY: an `Isa` other than `Portable` is only made where the machine was seen to have it.
                    $crate::engine::kernels::Isa::Avx512 => return unsafe { avx512($($argument),*) },
                    // SAFETY: as above.
                    $crate::engine::kernels::Isa::Avx2 => return unsafe { avx2($($argument),*) },
                    $crate::engine::kernels::Isa::Portable => {}
                }
            }
            #[cfg(not(target_arch = "x86_64"))]
            let _ = isa;
            $body::<{ cfg!(target_arch = "aarch64") }>($($argument),*)
        }
    };
}
pub(in crate::engine) use for_each_isa;

/// `a * b + c`, rounded once where the machine does that in one instruction.
#[inline(always)]
pub(super) fn multiply_add<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}
