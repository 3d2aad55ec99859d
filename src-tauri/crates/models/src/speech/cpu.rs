//! Whether this computer's processor has every instruction that the speech library was built with.
//!
//! The library is tuned to the machine it is built on; elsewhere it could only die. Only x86 is looked at.
#![allow(unsafe_code)]

/// The first instruction set that is used but not there.
pub fn missing() -> Option<&'static str> {
    used_and_there().into_iter().find(|(_, used, there)| *used && !there).map(|(name, _, _)| name)
}

/// Instruction sets as (name, the library uses it, the processor has it).
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn used_and_there() -> Vec<(&'static str, bool, bool)> {
    use std::arch::is_x86_feature_detected as has;
    use whisper_rs::whisper_rs_sys as ggml;
    // SAFETY: these functions return a constant that was fixed when the library was built; they touch nothing.
    let used = unsafe {
        [
            ggml::ggml_cpu_has_ssse3(),
            ggml::ggml_cpu_has_avx(),
            ggml::ggml_cpu_has_f16c(),
            ggml::ggml_cpu_has_fma(),
            ggml::ggml_cpu_has_bmi2(),
            ggml::ggml_cpu_has_avx2(),
            ggml::ggml_cpu_has_avx_vnni(),
            ggml::ggml_cpu_has_avx512(),
            ggml::ggml_cpu_has_avx512_vbmi(),
            ggml::ggml_cpu_has_avx512_vnni(),
            ggml::ggml_cpu_has_avx512_bf16(),
        ]
    };
    let there = [
        ("SSSE3", has!("ssse3")),
        ("AVX", has!("avx")),
        ("F16C", has!("f16c")),
        ("FMA", has!("fma")),
        ("BMI2", has!("bmi2")),
        ("AVX2", has!("avx2")),
        ("AVX-VNNI", has!("avxvnni")),
        ("AVX-512", has!("avx512f") && has!("avx512cd") && has!("avx512vl") && has!("avx512dq") && has!("avx512bw")),
        ("AVX-512 VBMI", has!("avx512vbmi")),
        ("AVX-512 VNNI", has!("avx512vnni")),
        ("AVX-512 BF16", has!("avx512bf16")),
    ];
    used.into_iter().zip(there).map(|(used, (name, there))| (name, used != 0, there)).collect()
}

#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
fn used_and_there() -> Vec<(&'static str, bool, bool)> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_that_builds_it_can_run_it() {
        assert_eq!(missing(), None);
    }
}
