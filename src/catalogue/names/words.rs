//! Distinct words in order, and which of them are like a word that somebody types.

/// Longest word that is looked for, in characters; what follows is not compared.
const MOST_CHARS: usize = 32;

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
        _ => 2,
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
    /// The words are walked as the tree that their common beginnings make of them, with one row of the matrix of edit distances for each
    /// character on the way; what is below a row that cannot come back within the tolerance is passed over.
    ///
    /// # Source
    /// Optimal string alignment: Damerau–Levenshtein without edits between exchanged letters.
    pub(super) fn like(&self, typed: &str, unfinished: bool, mut found: impl FnMut(usize, Likeness)) {
        let typed: Vec<char> = typed.chars().take(MOST_CHARS).collect();
        let mut walk = Walk::new(&typed);
        for place in 0..self.ends.len() {
            if usize::from(self.shared[place]) < walk.over_from {
                walk.go(self.word(place), self.shared[place].into());
            }
            if let Some(likeness) = walk.likeness(unfinished) {
                found(place, likeness);
            }
        }
    }
}

/// Where the walk is.
struct Walk<'a> {
    typed: &'a [char],
    tolerance: u8,
    word: Vec<char>,
    /// Row `d` holds the distances of the first `d` characters of the word to each beginning of what was typed.
    rows: Vec<[u8; MOST_CHARS + 1]>,
    /// For each row, the least distance of a beginning of the word, up to there, to all that was typed.
    least: Vec<u8>,
    /// How many characters words must share to be as unlike as this one.
    over_from: usize,
    /// Whether the word was followed to its end.
    whole: bool,
}

impl<'a> Walk<'a> {
    fn new(typed: &'a [char]) -> Self {
        let first = core::array::from_fn(|j| j as u8);
        Self {
            typed,
            tolerance: tolerance(typed.len()),
            word: Vec::with_capacity(MOST_CHARS),
            rows: vec![first],
            least: vec![typed.len() as u8],
            over_from: usize::MAX,
            whole: true,
        }
    }

    /// Goes on to a word that has its first `shared` characters in common with the one before.
    fn go(&mut self, word: &str, shared: usize) {
        let shared = shared.min(self.word.len());
        self.word.truncate(shared);
        self.rows.truncate(shared + 1);
        self.least.truncate(shared + 1);
        (self.over_from, self.whole) = (usize::MAX, true);
        for c in word.chars().skip(shared) {
            self.down(c);
            if self.is_over() {
                (self.over_from, self.whole) = (self.word.len(), false);
                return;
            }
        }
    }

    fn down(&mut self, c: char) {
        let (depth, n) = (self.word.len(), self.typed.len());
        let above = &self.rows[depth];
        let mut row = [u8::MAX; MOST_CHARS + 1];
        row[0] = (depth + 1) as u8;
        for j in 1..=n {
            let changed = above[j - 1] + u8::from(self.typed[j - 1] != c);
            row[j] = changed.min(above[j].saturating_add(1)).min(row[j - 1] + 1);
            let exchanged = j > 1 && depth > 0 && self.typed[j - 2] == c && self.typed[j - 1] == self.word[depth - 1];
            if exchanged {
                row[j] = row[j].min(self.rows[depth - 1][j - 2] + 1);
            }
        }
        self.least.push(self.least[depth].min(row[n]));
        self.rows.push(row);
        self.word.push(c);
    }

    /// Whether nothing below can be within the tolerance any more. An exchange reaches over a row.
    fn is_over(&self) -> bool {
        let n = self.typed.len();
        let depth = self.word.len();
        let over = |row: &[u8], limit| row[..=n].iter().all(|distance| *distance > limit);
        over(&self.rows[depth], self.tolerance)
            && (self.tolerance == 0 || over(&self.rows[depth - 1], self.tolerance - 1))
    }

    fn likeness(&self, unfinished: bool) -> Option<Likeness> {
        let depth = self.word.len();
        let whole = if self.whole { self.rows[depth][self.typed.len()] } else { u8::MAX };
        let least = if unfinished { self.least[depth] } else { u8::MAX };
        let edits = whole.min(least);
        (edits <= self.tolerance).then_some(Likeness { edits, begins: least < whole })
    }
}
