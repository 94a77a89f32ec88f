//! What an embedding tells of how a sound is: dark or bright, noisy or tonal, slow or fast.

use serde::{Deserialize, Serialize};

use crate::encoder::Embedding;
use crate::error::{Error, Result};

/// Most attributes, and longest word in bytes.
const MOST: usize = 64;

/// Largest dimension of an embedding.
const MOST_DIMENSION: usize = 4096;

/// Smallest share of its variance that must be explained for an attribute to be spoken of.
const LEAST_EXPLAINED: f32 = 0.5;

/// How far above or below the mean of music a sound must lie to be called so, and two sounds apart to be told from each other, in
/// standard deviations.
const CLEAR: f32 = 0.7;

/// Something one hears in a sound that a straight line through the embeddings follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// What a sound is called that has little of it, and one that has less than another: `dark`, `darker`.
    pub low: [String; 2],
    /// What a sound is called that has much of it, and one that has more than another: `bright`, `brighter`.
    pub high: [String; 2],
    /// What was measured, in the words of the field.
    pub measured: String,
    /// Share of its variance that was explained in music of artists that it was not learnt from, at most 1.
    pub explained: f32,
    /// What stands for an embedding of zeros, in standard deviations.
    pub offset: f32,
    /// Direction in which there is more of it, shape `[dimension]`.
    pub weights: Vec<f32>,
}

impl Attribute {
    /// How much of it a sound has, in standard deviations above the mean of the music that it was learnt from.
    pub fn of(&self, embedding: &Embedding) -> f32 {
        let products = self.weights.iter().zip(embedding.as_slice()).map(|(weight, value)| weight * value);
        self.offset + products.sum::<f32>()
    }
}

/// The attributes that can be read off the embeddings of one encoder.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attributes {
    /// Id of the encoder.
    pub encoder: String,
    /// Excerpts that they were learnt from.
    pub excerpts: usize,
    /// Each of them.
    pub attributes: Vec<Attribute>,
}

impl Attributes {
    /// Reads those of an encoder from JSON; there are none when they are another's.
    ///
    /// # Errors
    /// [`Error::Encoder`] when it is no JSON of attributes, or says what cannot be.
    pub fn of_encoder(id: &str, json: &[u8]) -> Result<Self> {
        let malformed = |error| Error::Encoder(format!("its attributes cannot be read: {error}"));
        let read: Self = serde_json::from_slice(json).map_err(malformed)?;
        let dimension = read.attributes.first().map_or(0, |first| first.weights.len());
        let sound = |attribute: &Attribute| {
            let mut words = attribute.low.iter().chain(&attribute.high);
            (1..=MOST_DIMENSION).contains(&dimension)
                && attribute.weights.len() == dimension
                && attribute
                    .weights
                    .iter()
                    .chain([&attribute.offset, &attribute.explained])
                    .all(|weight| weight.is_finite())
                && words.all(|word| (1..=MOST).contains(&word.len()))
        };
        if read.attributes.len() > MOST || !read.attributes.iter().all(sound) {
            return Err(Error::Encoder("its attributes say what cannot be".into()));
        }
        Ok(if read.encoder == id { read } else { Self::default() })
    }

    /// The words for a sound: those of attributes of which it has clearly more or less than most music.
    pub fn words(&self, embedding: &Embedding) -> Vec<&str> {
        self.told(0, |attribute| attribute.of(embedding))
    }

    /// The words for how `other` differs from `one`, such as `brighter`; the clearest first.
    pub fn differences(&self, one: &Embedding, other: &Embedding) -> Vec<&str> {
        self.told(1, |attribute| attribute.of(other) - attribute.of(one))
    }

    fn told(&self, form: usize, amount: impl Fn(&Attribute) -> f32) -> Vec<&str> {
        let reliable = self.attributes.iter().filter(|attribute| attribute.explained >= LEAST_EXPLAINED);
        let mut clear: Vec<(f32, &str)> = reliable
            .map(|attribute| (attribute, amount(attribute)))
            .filter(|(_, amount)| amount.abs() >= CLEAR)
            .map(|(attribute, amount)| {
                let words = if amount > 0.0 { &attribute.high } else { &attribute.low };
                (amount.abs(), words[form].as_str())
            })
            .collect();
        clear.sort_by(|a, b| b.0.total_cmp(&a.0));
        clear.into_iter().map(|(_, word)| word).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BRIGHT: &str = r#"{"low":["dark","darker"],"high":["bright","brighter"],"measured":"centroid","explained":0.9,"offset":-0.5,"weights":[2,0]}"#;

    fn read(attributes: &str) -> Result<Attributes> {
        let json = format!(r#"{{"encoder":"e","excerpts":9,"attributes":[{attributes}]}}"#);
        Attributes::of_encoder("e", json.as_bytes())
    }

    fn embedding(values: [f32; 2]) -> Embedding {
        Embedding::from_slice(&values).unwrap()
    }

    #[test]
    fn an_attribute_grows_along_its_direction() {
        let attributes = read(BRIGHT).unwrap();
        let [bright, dark, neither] = [[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]].map(embedding);
        let of = |embedding| attributes.attributes[0].of(embedding);
        assert_eq!((of(&bright), of(&dark), of(&neither)), (1.5, -2.5, -0.5));
        assert_eq!((attributes.words(&bright), attributes.words(&dark)), (vec!["bright"], vec!["dark"]));
        assert_eq!(attributes.words(&neither), [""; 0]);
        assert_eq!(attributes.differences(&dark, &neither), ["brighter"]);
        assert_eq!(attributes.differences(&neither, &dark), ["darker"]);
        assert_eq!(attributes.differences(&dark, &dark), [""; 0]);
    }

    #[test]
    fn what_is_badly_explained_is_not_spoken_of() {
        let attributes = read(&BRIGHT.replace("0.9", "0.4")).unwrap();
        assert_eq!(attributes.words(&embedding([1.0, 0.0])), [""; 0]);
    }

    #[test]
    fn those_of_another_encoder_are_none_and_what_cannot_be_is_refused() {
        let json = format!(r#"{{"encoder":"other","excerpts":9,"attributes":[{BRIGHT}]}}"#);
        assert_eq!(Attributes::of_encoder("e", json.as_bytes()), Ok(Attributes::default()));
        for (from, to) in [("[2,0]", "[]"), ("\"dark\"", "\"\""), ("-0.5", "1e300"), ("\"low\"", "\"other\"")] {
            assert!(read(&BRIGHT.replace(from, to)).is_err(), "{to}");
        }
        assert!(read(&format!("{BRIGHT},{}", BRIGHT.replace("[2,0]", "[2]"))).is_err());
    }
}
