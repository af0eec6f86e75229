use std::{io, path::Path, time::Duration};

/// How patient the store is with the network, and how it measures the disk.
#[derive(Debug, Clone)]
pub struct StoreLimits {
    /// Longest wait for a connection, and for each piece of an answer.
    pub network_timeout: Duration,
    /// Tries in a row that bring nothing before a pull gives up.
    pub attempts: u32,
    /// The pause before the second try; it doubles from try to try.
    pub retry_pause: Duration,
    /// Bytes free for this user on the disk that holds a directory.
    pub free_bytes: fn(&Path) -> io::Result<u64>,
}

impl Default for StoreLimits {
    fn default() -> Self {
        Self {
            network_timeout: Duration::from_secs(30),
            attempts: 5,
            retry_pause: Duration::from_millis(500),
            free_bytes: |directory| fs4::available_space(directory),
        }
    }
}
