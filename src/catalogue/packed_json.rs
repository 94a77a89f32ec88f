//! A bounded list as JSON, compressed by zlib.

use core::fmt;
use core::marker::PhantomData;

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde::Serialize;
use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, SeqAccess, Visitor};

use crate::error::{Error, Result, within};

/// Longest JSON, in bytes.
const MOST_BYTES: usize = 4 << 20;

/// Of zlib's ten: smaller files are no better for people than faster builds.
const LEVEL: u8 = 6;

/// The bytes of a list that is called `what` in errors.
pub(super) fn write<T: Serialize>(what: &'static str, list: &[T]) -> Result<Vec<u8>> {
    let json = serde_json::to_vec(list).map_err(|error| Error::Catalogue(error.to_string()))?;
    within(what, json.len() as u64, MOST_BYTES as u64)?;
    Ok(compress_to_vec_zlib(&json, LEVEL))
}

/// The list of at most `N` that `bytes` hold; what follows more than that is refused unread.
pub(super) fn read<T: DeserializeOwned, const N: usize>(what: &'static str, bytes: &[u8]) -> Result<Vec<T>> {
    let json = decompress_to_vec_zlib_with_limit(bytes, MOST_BYTES)
        .map_err(|error| Error::Catalogue(format!("its {what} cannot be decompressed: {error}")))?;
    let AtMost(list): AtMost<T, N> = serde_json::from_slice(&json)
        .map_err(|error| Error::Catalogue(format!("its {what} cannot be read: {error}")))?;
    Ok(list)
}

/// So many of a list, or fewer.
struct AtMost<T, const N: usize>(Vec<T>);

impl<'de, T: Deserialize<'de>, const N: usize> Deserialize<'de> for AtMost<T, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        deserializer.deserialize_seq(Items::<T, N>(PhantomData))
    }
}

struct Items<T, const N: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const N: usize> Visitor<'de> for Items<T, N> {
    type Value = AtMost<T, N>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "a list of at most {N}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> core::result::Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            if items.len() == N {
                return Err(de::Error::invalid_length(N + 1, &self));
            }
            items.push(item);
        }
        Ok(AtMost(items))
    }
}
