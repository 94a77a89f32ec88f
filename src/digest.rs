//! Content digests, by which encoders and shards are told apart.

use sha2::{Digest, Sha256};

/// SHA-256 of `bytes` as 64 lowercase hexadecimal digits.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
