//! How the threads of libtorch's parallel loops wait for each other. libgomp reads that when it is loaded, which is
//! before `main`, so that a program can only settle it by starting again.

use std::{env, io, process::Command};

/// Spins before a waiting thread sleeps. Measured: as fast as libgomp's own choice on a quiet machine, and three times
/// faster beside two busy loops, where libgomp spins for as long as the others hold the cores.
const SPINS: &str = "100000";
const SPIN_COUNT: &str = "GOMP_SPINCOUNT";
const WAIT_POLICY: &str = "OMP_WAIT_POLICY";

/// Starts the program again in this process, with the variable that libgomp reads, unless the user or an earlier start
/// has set it. Returns where that was not needed; to be called before anything else happens.
///
/// # Errors
/// Why the program could not be started again. It can go on all the same, and is slow on a busy machine.
pub fn settle_how_threads_wait() -> io::Result<()> {
    if [SPIN_COUNT, WAIT_POLICY].iter().any(|name| env::var_os(name).is_some()) {
        return Ok(());
    }
    let mut again = Command::new(env::current_exe()?);
    again.args(env::args_os().skip(1)).env(SPIN_COUNT, SPINS);
    replace(again)
}

#[cfg(unix)]
fn replace(mut program: Command) -> io::Result<()> {
    use std::os::unix::process::CommandExt;
    program.arg0(env::args_os().next().unwrap_or_default());
    // Returns only where it failed.
    Err(program.exec())
}

/// Elsewhere a process cannot be replaced, and libgomp is not what computes.
#[cfg(not(unix))]
fn replace(_: Command) -> io::Result<()> {
    Ok(())
}
