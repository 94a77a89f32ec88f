//! NumPy's file format, as far as it is needed: matrices of `f32` are written, arrays of `f32` and `f16` are read.

use std::io::Write;

use anyhow::{Context, ensure};
use half::f16;

/// Writes `rows`, each of `columns` values, as a little-endian `float32` array of shape `[rows, columns]`.
///
/// # Source
/// NumPy Enhancement Proposal 1, version 1.0 of the format: the data begin at a multiple of 64 bytes.
pub fn write(mut out: impl Write, rows: &[Vec<f32>], columns: usize) -> std::io::Result<()> {
    write_header(&mut out, rows.len(), columns)?;
    for value in rows.iter().flatten() {
        out.write_all(&value.to_le_bytes())?;
    }
    out.flush()
}

/// Writes what stands before the values of [`write()`].
pub fn write_header(mut out: impl Write, rows: usize, columns: usize) -> std::io::Result<()> {
    let shape = format!("({rows}, {columns})");
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
    let preamble = 10;
    let padded = (preamble + header.len() + 1).next_multiple_of(64) - preamble;
    header = format!("{header:<width$}\n", width = padded - 1);
    out.write_all(b"\x93NUMPY\x01\x00")?;
    out.write_all(&(padded as u16).to_le_bytes())?;
    out.write_all(header.as_bytes())
}

/// Reads a little-endian `float16` array in C order: its values and its shape.
///
/// # Errors
/// When the bytes are anything else.
pub fn read_f16(bytes: &[u8]) -> anyhow::Result<(Vec<f16>, Vec<usize>)> {
    read(bytes, "f2", f16::from_le_bytes)
}

/// Reads a little-endian `float32` array in C order, likewise.
///
/// # Errors
/// As [`read_f16`].
pub fn read_f32(bytes: &[u8]) -> anyhow::Result<(Vec<f32>, Vec<usize>)> {
    read(bytes, "f4", f32::from_le_bytes)
}

fn read<T, const N: usize>(bytes: &[u8], kind: &str, value: fn([u8; N]) -> T) -> anyhow::Result<(Vec<T>, Vec<usize>)> {
    let header = bytes.strip_prefix(b"\x93NUMPY\x01\x00").context("it is not a NumPy file of version 1.0")?;
    let (length, rest) = header.split_first_chunk::<2>().context("its header is cut short")?;
    let (header, data) =
        rest.split_at_checked(u16::from_le_bytes(*length).into()).context("its header is cut short")?;
    let header = str::from_utf8(header)?;
    let is_kind = header.contains(&format!("'descr': '<{kind}'"));
    ensure!(is_kind && header.contains("'fortran_order': False"), "it holds no values of {} bits in rows", 8 * N);
    let (_, shape) = header.split_once("'shape': (").context("it has no shape")?;
    let (shape, _) = shape.split_once(')').context("it has no shape")?;
    let lengths = shape.split(',').map(str::trim).filter(|length| !length.is_empty());
    let shape: Vec<usize> = lengths.map(str::parse).collect::<Result<_, _>>()?;
    let count = shape.iter().try_fold(N, |bytes, &length| bytes.checked_mul(length));
    ensure!(count == Some(data.len()), "its length does not match its shape");
    Ok((data.as_chunks().0.iter().copied().map(value).collect(), shape))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_float16_matrix_is_read_and_a_damaged_one_is_refused() {
        let header = "{'descr': '<f2', 'fortran_order': False, 'shape': (2, 1), }                    \n";
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend([0x00, 0x3c, 0x00, 0xc0]);
        let (values, shape) = super::read_f16(&bytes).expect("a matrix");
        assert_eq!(
            (values.as_slice(), shape.as_slice()),
            ([1.0, -2.0].map(half::f16::from_f32).as_slice(), [2, 1].as_slice())
        );
        for length in 0..bytes.len() {
            assert!(super::read_f16(&bytes[..length]).is_err(), "cut to {length} bytes");
        }
    }

    #[test]
    fn a_matrix_is_laid_out_as_numpy_expects() {
        let mut bytes = Vec::new();
        super::write(&mut bytes, &[vec![1.0, 2.0, 3.0], vec![4.0, 5.0, 6.0]], 3).expect("memory takes all");
        assert_eq!(&bytes[..10], b"\x93NUMPY\x01\x00\x76\x00");
        assert_eq!(bytes.len(), 128 + 6 * 4);
        let header = std::str::from_utf8(&bytes[10..128]).expect("ASCII");
        assert_eq!(header.trim_end(), "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }");
        assert!(header.ends_with('\n'));
        assert_eq!(&bytes[128 + 5 * 4..], 6.0_f32.to_le_bytes());
    }
}
