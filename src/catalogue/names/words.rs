//! Distinct words in order, and which of them are like a word that somebody types.

/// Longest word that is looked for, in characters; what follows is not compared.
const MOST_CHARS: usize = 32;

/// Most edits that a typed word may be away.
const MOST_EDITS: usize = 2;

/// Distinct words, ascending.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Words {
    text: String,
    /// Where each word ends.
    ends: Vec<u32>,
    /// How many characters each word has in common with the one before it.
    shared: Vec<u8>,
}

/// How a word is like the one that was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Likeness {
    /// Letters that were left out, put in, changed, or exchanged with the next one.
    pub(super) edits: u8,
    /// Whether only the beginning of the word is like it.
    pub(super) begins: bool,
}

/// How many edits a typed word may be away.
pub(super) fn tolerance(chars: usize) -> u8 {
    match chars {
        0..=3 => 0,
        4..=7 => 1,
        _ => MOST_EDITS as u8,
    }
}

impl Words {
    /// Appends a word, which comes after all others.
    pub(super) fn push(&mut self, word: &str) {
        let before = self.ends.len().checked_sub(1).map_or("", |last| self.word(last));
        let shared = before.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
        self.shared.push(shared.min(MOST_CHARS) as u8);
        self.text.push_str(word);
        self.ends.push(self.text.len() as u32);
    }

    fn word(&self, place: usize) -> &str {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[place] as usize]
    }

    /// Calls `found` with the place of each word that is like `typed`; with `unfinished`, also of those that only begin so.
    ///
    /// The words are walked as the tree that their common beginnings make of them, with one step of an automaton for each character on
    /// the way; what is below a step that cannot come back within the tolerance is passed over.
    pub(super) fn like(&self, typed: &str, unfinished: bool, mut found: impl FnMut(usize, Likeness)) {
        let mut walk = Walk::new(typed);
        let mut place = 0;
        while place < self.ends.len() {
            walk.go(self.word(place), self.shared[place].into());
            let end = self.next_below(place + 1, walk.over_from);
            if let Some(likeness) = walk.likeness(unfinished) {
                (place..end).for_each(|place| found(place, likeness));
            }
            place = end;
        }
    }

    /// The first word from `place` on that has fewer than so many characters in common with the one before it.
    fn next_below(&self, place: usize, chars: usize) -> usize {
        let chars = u8::try_from(chars).unwrap_or(u8::MAX);
        let mut place = place;
        for some in self.shared.get(place..).unwrap_or_default().chunks(32) {
            // Without a way out early, which would forbid vectors.
            if some.iter().fold(u8::MAX, |least, shared| least.min(*shared)) < chars {
                return place + some.iter().position(|shared| *shared < chars).unwrap_or_default();
            }
            place += some.len();
        }
        place
    }
}

/// Where the walk is.
struct Walk {
    letters: Letters,
    tolerance: usize,
    /// Step `d` has taken the first `d` characters of the word.
    steps: Vec<Step>,
    /// How many characters words must share to be as unlike as this one.
    over_from: usize,
    /// Whether the word was followed to its end.
    whole: bool,
}

/// The state of the automaton after a character.
///
/// # Source
/// Wu and Manber, “Fast text searching allowing errors”, with exchanges of neighbouring letters: optimal string alignment, which is
/// Damerau–Levenshtein without edits between exchanged letters.
#[derive(Clone, Copy)]
struct Step {
    /// Bit `j` of number `e`: the characters taken are within `e` edits of the first `j` that were typed.
    within: [u64; MOST_EDITS + 1],
    /// Where the last character stands in what was typed.
    at: u64,
    /// The least distance of a beginning of the word, up to there, to all that was typed.
    least: u8,
}

/// What was typed: where each character stands in it, a bit each.
struct Letters {
    ascii: [u64; 128],
    others: Vec<(char, u64)>,
    count: usize,
}

impl Letters {
    fn new(typed: &str) -> Self {
        let mut letters = Self { ascii: [0; 128], others: Vec::new(), count: 0 };
        for (j, c) in typed.chars().take(MOST_CHARS).enumerate() {
            letters.count = j + 1;
            match letters.ascii.get_mut(c as usize) {
                Some(at) => *at |= 1 << j,
                None => letters.others.push((c, 1 << j)),
            }
        }
        letters
    }

    fn at(&self, c: char) -> u64 {
        match self.ascii.get(c as usize) {
            Some(at) => *at,
            None => self.others.iter().filter(|(other, _)| *other == c).fold(0, |at, (_, bit)| at | bit),
        }
    }

    /// A bit for each beginning of what was typed.
    fn beginnings(&self) -> u64 {
        (2 << self.count) - 1
    }

    /// The distance to all that was typed.
    fn distance(&self, within: &[u64]) -> u8 {
        within.iter().position(|beginnings| beginnings >> self.count & 1 == 1).map_or(u8::MAX, |edits| edits as u8)
    }
}

impl Walk {
    fn new(typed: &str) -> Self {
        let letters = Letters::new(typed);
        let tolerance = tolerance(letters.count).into();
        let within = core::array::from_fn(|edits| ((2 << edits) - 1) & letters.beginnings());
        let least = letters.distance(&within[..=tolerance]);
        let mut steps = Vec::with_capacity(MOST_CHARS + MOST_EDITS + 1);
        steps.push(Step { within, at: 0, least });
        Self { letters, tolerance, steps, over_from: usize::MAX, whole: true }
    }

    /// Goes on to a word that has its first `shared` characters in common with the one before.
    fn go(&mut self, word: &str, shared: usize) {
        let shared = shared.min(self.steps.len() - 1);
        self.steps.truncate(shared + 1);
        (self.over_from, self.whole) = (usize::MAX, true);
        for c in word.chars().skip(shared) {
            if self.is_over_after(c) {
                (self.over_from, self.whole) = (self.steps.len() - 1, false);
                return;
            }
        }
    }

    /// Takes a character; says whether nothing below can be within the tolerance any more. An exchange reaches over a step.
    fn is_over_after(&mut self, c: char) -> bool {
        let at = self.letters.at(c);
        let last = self.steps[self.steps.len() - 1];
        let before = self.steps.len().checked_sub(2).map_or([0; MOST_EDITS + 1], |before| self.steps[before].within);
        let mut within = [0; MOST_EDITS + 1];
        within[0] = (last.within[0] & at) << 1;
        for edits in 1..=self.tolerance {
            let same = (last.within[edits] & at) << 1;
            let put_in = last.within[edits - 1];
            let changed = last.within[edits - 1] << 1;
            let left_out = within[edits - 1] << 1;
            let exchanged = ((before[edits - 1] & at) << 1 & last.at) << 1;
            within[edits] = (same | put_in | changed | left_out | exchanged) & self.letters.beginnings();
        }
        let least = last.least.min(self.letters.distance(&within[..=self.tolerance]));
        self.steps.push(Step { within, at, least });
        within[self.tolerance] == 0 && (self.tolerance == 0 || last.within[self.tolerance - 1] == 0)
    }

    fn likeness(&self, unfinished: bool) -> Option<Likeness> {
        let last = &self.steps[self.steps.len() - 1];
        let whole = if self.whole { self.letters.distance(&last.within[..=self.tolerance]) } else { u8::MAX };
        let least = if unfinished { last.least } else { u8::MAX };
        let edits = whole.min(least);
        (edits != u8::MAX).then_some(Likeness { edits, begins: least < whole })
    }
}
