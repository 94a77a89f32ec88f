//! A round trip through MP3 at 64 kbit/s, by whichever program is installed.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use sonoscape::{Clip, SAMPLE_RATE};

use crate::decode::decode;

/// A program that writes MP3 files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mp3 {
    Ffmpeg,
    Lame,
}

impl Mp3 {
    /// The first of them that does it on this computer.
    pub fn find() -> Option<Self> {
        let second: Vec<f32> = (0..SAMPLE_RATE).map(|n| 0.5 * (n as f32 * 0.1).sin()).collect();
        [Self::Ffmpeg, Self::Lame].into_iter().find(|mp3| mp3.round_trip(&second).is_ok())
    }

    /// Encodes and decodes `samples`, at the rate of clips.
    ///
    /// # Errors
    /// When the disk refuses or the program fails.
    pub fn round_trip(self, samples: &[f32]) -> Result<Vec<f32>> {
        let folder = tempfile::tempdir().context("No temporary folder can be made")?;
        let (wav, mp3) = (folder.path().join("excerpt.wav"), folder.path().join("excerpt.mp3"));
        std::fs::write(&wav, wav_bytes(samples)).with_context(|| format!("{} cannot be written", wav.display()))?;
        let done = quiet(&mut self.command(&wav, &mp3)).status().is_ok_and(|status| status.success());
        ensure!(done, "{self:?} could not write an MP3 file.");
        let decoded = decode(&mp3)?;
        Ok(Clip::from_channels(&decoded.channels, decoded.sample_rate)?.samples().to_vec())
    }

    fn command(self, wav: &Path, mp3: &Path) -> Command {
        let mut command;
        match self {
            Self::Ffmpeg => {
                command = Command::new("ffmpeg");
                command.args(["-nostdin", "-v", "error", "-i"]).arg(wav).args(["-b:a", "64k"]).arg(mp3);
            }
            Self::Lame => {
                command = Command::new("lame");
                command.args(["--quiet", "-b", "64"]).arg(wav).arg(mp3);
            }
        }
        command
    }
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

/// A mono WAV file of 16 bits at [`SAMPLE_RATE`].
fn wav_bytes(samples: &[f32]) -> Vec<u8> {
    let size = (2 * samples.len()) as u32;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + size).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(SAMPLE_RATE.to_le_bytes());
    bytes.extend((2 * SAMPLE_RATE).to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend(size.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|sample| ((sample * 32_767.0) as i16).to_le_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wav_file_reads_back_within_half_a_step_and_a_truncation() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.wav");
        let samples: Vec<f32> = (0..1000).map(|n| (n as f32 * 0.1).sin()).collect();
        std::fs::write(&file, wav_bytes(&samples)).unwrap();
        let decoded = decode(&file).unwrap();
        assert_eq!((decoded.sample_rate, decoded.channels[0].len()), (SAMPLE_RATE, samples.len()));
        let one_step = 1.0 / 16_384.0;
        assert!(decoded.channels[0].iter().zip(&samples).all(|(a, b)| (a - b).abs() < one_step));
    }

    #[test]
    fn a_round_trip_keeps_length_and_level() {
        let Some(mp3) = Mp3::find() else { return };
        let tone: Vec<f32> = (0..5 * SAMPLE_RATE).map(|n| 0.5 * (n as f32 * 0.1).sin()).collect();
        let back = mp3.round_trip(&tone).unwrap();
        let power = |samples: &[f32]| samples.iter().map(|sample| sample * sample).sum::<f32>();
        assert!(back.len().abs_diff(tone.len()) < SAMPLE_RATE as usize / 5, "{}", back.len());
        assert!((power(&back) / power(&tone) - 1.0).abs() < 0.1);
    }
}
