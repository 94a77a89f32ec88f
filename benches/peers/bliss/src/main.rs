//! Reads paths of sound files, one a line, and answers each with the features of bliss, or with an empty line.
//!
//! Each feature is scaled by the root of the weight that bliss gives it, so that the Euclidean distance of two answers is
//! the distance that bliss recommends for these features.

use std::io::{self, BufRead, Write};

use bliss_audio::FeaturesVersion;
use bliss_audio::decoder::Decoder;
use bliss_audio::decoder::symphonia::SymphoniaDecoder;

fn main() -> io::Result<()> {
    let weights = FeaturesVersion::LATEST.feature_weights().into_diag();
    let mut output = io::stdout().lock();
    for path in io::stdin().lock().lines() {
        let path = path?;
        match SymphoniaDecoder::song_from_path(&path) {
            Ok(song) => {
                let features = song.analysis.as_vec();
                let scaled = features.iter().zip(&weights).map(|(feature, weight)| feature * weight.sqrt());
                writeln!(output, "{}", scaled.map(|number| number.to_string()).collect::<Vec<_>>().join(" "))?;
            }
            Err(error) => {
                eprintln!("{path}: {error}");
                writeln!(output)?;
            }
        }
        output.flush()?;
    }
    Ok(())
}
