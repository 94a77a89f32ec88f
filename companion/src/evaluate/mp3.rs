//! A round trip through MP3 at 64 kbit/s, by whichever program is installed.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use sonoscape::{Clip, SAMPLE_RATE};

use crate::decode::decode;
use crate::wav;

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
        std::fs::write(&wav, wav::mono16(samples)).with_context(|| format!("{} cannot be written", wav.display()))?;
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

#[cfg(test)]
mod tests {
    use super::*;

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
