//! Names as they are compared: without case, accents and punctuation.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The words of `text`, folded, with one space between them.
///
/// Letters lose case and accents, ligatures and other forms of compatibility come apart, apostrophes go, `&` becomes `and`, and everything else
/// that is neither letter nor number divides words. Vowel signs of scripts that write them as marks stay. Folding a folded text changes nothing.
///
/// # Examples
/// ```
/// assert_eq!(sonoscape::fold("  Björk – Jóga (Live!)"), "bjork joga live");
/// assert_eq!(sonoscape::fold("Simon & Garfunkel"), sonoscape::fold("SIMON AND GARFUNKEL"));
/// ```
///
/// # Source
/// Compatibility decomposition (NFKD) of Unicode Standard Annex 15.
pub fn fold(text: &str) -> String {
    let mut folded = Folded { text: String::with_capacity(text.len()), is_between: false };
    if text.is_ascii() {
        text.chars().for_each(|c| folded.push(c));
        return folded.text;
    }
    text.nfkd().flat_map(char::to_lowercase).nfkd().for_each(|c| folded.push(c));
    // What fell out may have kept marks apart that have an order among them.
    folded.text.nfkd().collect()
}

struct Folded {
    text: String,
    /// Whether the next letter begins a word.
    is_between: bool,
}

impl Folded {
    fn push(&mut self, c: char) {
        match c {
            '\'' | '’' | 'ʼ' | '`' | '´' => {}
            '&' => {
                self.is_between = true;
                self.word("and");
                self.is_between = true;
            }
            c if is_accent(c) => {}
            c if c.is_alphanumeric() || is_combining_mark(c) => match plain(c) {
                Some(letters) => self.word(letters),
                None => self.word(c.to_ascii_lowercase().encode_utf8(&mut [0; 4])),
            },
            _ => self.is_between = true,
        }
    }

    fn word(&mut self, letters: &str) {
        if self.is_between && !self.text.is_empty() {
            self.text.push(' ');
        }
        self.is_between = false;
        self.text.push_str(letters);
    }
}

/// Accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic.
fn is_accent(c: char) -> bool {
    let accents = [0x300..=0x36f, 0x483..=0x489, 0x591..=0x5c7, 0x64b..=0x65f, 0x1ab0..=0x1aff, 0x1dc0..=0x1dff];
    !c.is_ascii() && accents.iter().any(|range| range.contains(&u32::from(c)))
}

/// Letters that do not come apart by themselves.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ł' => "l",
        'ħ' => "h",
        'ı' => "i",
        'ŋ' => "n",
        'ς' => "σ",
        _ => return None,
    })
}
