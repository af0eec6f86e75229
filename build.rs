//! Makes every binary and test find libtorch where it was linked from, with no `LD_LIBRARY_PATH`.

use std::{env, path::Path};

fn main() {
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    println!("cargo:rerun-if-changed=build.rs");
    let Ok(home) = env::var("LIBTORCH") else { return };
    let lib = Path::new(&home).join("lib");
    if !lib.is_dir() {
        println!("cargo:warning=libtorch was not found in {home}: run scripts/setup_libtorch.sh");
    }
    if env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "unix") {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}", lib.display());
        // From target/release, so that a checkout can be moved with what was built in it.
        let here =
            if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "macos") { "@loader_path" } else { "$ORIGIN" };
        println!("cargo:rustc-link-arg=-Wl,-rpath,{here}/../../.libtorch/lib");
    }
}
