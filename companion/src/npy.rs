//! NumPy's file format, as far as a matrix of `f32` needs it.

use std::io::{Result, Write};

/// Writes `rows`, each of `columns` values, as a little-endian `float32` array of shape `[rows, columns]`.
///
/// # Source
/// NumPy Enhancement Proposal 1, version 1.0 of the format: the data begin at a multiple of 64 bytes.
pub fn write(mut out: impl Write, rows: &[Vec<f32>], columns: usize) -> Result<()> {
    let shape = format!("({}, {columns})", rows.len());
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
    let preamble = 10;
    let padded = (preamble + header.len() + 1).next_multiple_of(64) - preamble;
    header = format!("{header:<width$}\n", width = padded - 1);
    out.write_all(b"\x93NUMPY\x01\x00")?;
    out.write_all(&(padded as u16).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    for value in rows.iter().flatten() {
        out.write_all(&value.to_le_bytes())?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
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
