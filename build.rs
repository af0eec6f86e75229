//! Makes every binary and test find libtorch where it was linked from, with no `LD_LIBRARY_PATH`.

use std::{env, path::Path};

fn main() {
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    println!("cargo:rerun-if-env-changed=BREVE_RELOCATABLE");
    println!("cargo:rerun-if-changed=build.rs");
    let relocatable = env::var_os("BREVE_RELOCATABLE").is_some();
    // A relative place is looked for from the program.
    let tree = if relocatable { "../../..".to_owned() } else { env::var("CARGO_MANIFEST_DIR").unwrap_or_default() };
    println!("cargo:rustc-env=BREVE_SOURCE_TREE={tree}");
    let Ok(home) = env::var("LIBTORCH") else { return };
    let lib = Path::new(&home).join("lib");
    if !lib.is_dir() {
        println!("cargo:warning=libtorch was not found in {home}: run scripts/setup_libtorch.sh");
    }
    if env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "unix") {
        let here =
            if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "macos") { "@loader_path" } else { "$ORIGIN" };
        if relocatable {
            // From target/reproducible/release, and from bin beside lib.
            println!("cargo:rustc-link-arg=-Wl,-rpath,{here}/../../../.libtorch/lib,-rpath,{here}/../lib");
        } else {
            println!("cargo:rustc-link-arg=-Wl,-rpath,{}", lib.display());
            // From target/release, so that a checkout can be moved with what was built in it.
            println!("cargo:rustc-link-arg=-Wl,-rpath,{here}/../../.libtorch/lib");
        }
    }
}
