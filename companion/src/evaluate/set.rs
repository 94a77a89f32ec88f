//! Which excerpts belong together.

use std::collections::{BTreeMap, BTreeSet};

use super::labels::Known;
use super::listen::Recording;

/// Recordings that an artist, album or label needs before questions are asked about it.
const FEWEST_RECORDINGS: usize = 3;

/// One way to group recordings.
#[derive(Debug, Default)]
pub struct Classes {
    /// The class of each excerpt; none where it is not known.
    pub of: Vec<Option<usize>>,
    /// Whether each class has enough recordings to be asked about.
    pub asked: Vec<bool>,
}

/// What is known of the excerpts that are compared.
#[derive(Debug)]
pub struct Set {
    /// The recording of each excerpt, rising.
    pub recording: Vec<usize>,
    pub artists: Classes,
    pub albums: Classes,
    pub labels: Classes,
}

impl Set {
    pub fn new(recordings: &[Recording]) -> Self {
        let indices = recordings.iter().enumerate();
        let recording: Vec<usize> = indices.flat_map(|(i, r)| std::iter::repeat_n(i, r.excerpts.len())).collect();
        let classes = |name: fn(&Known) -> &str| {
            Classes::new(&recordings.iter().map(|r| name(&r.known)).collect::<Vec<_>>(), &recording)
        };
        Self {
            artists: classes(|known| &known.artist),
            albums: classes(|known| &known.album),
            labels: classes(|known| &known.label),
            recording,
        }
    }

    /// How many recordings there are.
    pub fn recordings(&self) -> usize {
        self.recording.last().map_or(0, |last| last + 1)
    }

    /// Whether a recording has one excerpt only.
    pub fn has_single_excerpts(&self) -> bool {
        self.recording.chunk_by(|a, b| a == b).any(|excerpts| excerpts.len() == 1)
    }
}

impl Classes {
    /// Groups by the name of each recording; an empty one says nothing.
    pub fn new(names: &[&str], recording: &[usize]) -> Self {
        let distinct: BTreeSet<&str> = names.iter().copied().filter(|name| !name.is_empty()).collect();
        let numbers: BTreeMap<&str, usize> = distinct.into_iter().enumerate().map(|(i, name)| (name, i)).collect();
        let mut counts = vec![0; numbers.len()];
        for number in names.iter().filter_map(|name| numbers.get(name)) {
            counts[*number] += 1;
        }
        Self {
            of: recording.iter().map(|&recording| numbers.get(names[recording]).copied()).collect(),
            asked: counts.into_iter().map(|count| count >= FEWEST_RECORDINGS).collect(),
        }
    }
}
