//! Large catalogues made from small ones, for tests and measurements.

use crate::encoder::Embedding;
use crate::error::{Error, Result, within};
use crate::quantize::{Code, quantize};
use crate::search::{Index, MOST_ROWS, Neighbour};

/// Neighbours of a real embedding that a made one may lie towards.
const NEAR: usize = 12;

/// The largest share of the neighbour that is mixed in.
const MOST_SHARE: f32 = 0.5;

/// Standard deviation of the jitter along all [`NEAR`] differences together.
const ALONG: f32 = 1.0;

/// Standard deviation of the jitter in every direction together, in distances to the nearest neighbour.
const AROUND: f32 = 0.3;

/// An endless stream of embeddings that lie as real ones would if there were more of them.
///
/// Each is a real embedding `a` with a random share of one of its near neighbours, and jitter whose size is that of the
/// distances to these neighbours:
///
/// `x = a + u · (n_b − a) + Σ_j g_j · (n_j − a) + h`
///
/// with `n_j` the nearest neighbours of `a`, `u` even over 0 to 0.5 and `g`, `h` normal. So made embeddings spread along the
/// few directions in which real neighbours lie, and hardly along the others. Random vectors, of which all are equally far from
/// one another, are no test of a search.
///
/// Guaranteed is that half of a real collection, made as large as the whole, resembles the whole: in the cosines to the tenth
/// neighbour, in its hubs and in the intrinsic dimension. The same embeddings and seed give the same stream, bit by bit, on
/// every target.
///
/// # Examples
/// ```
/// use sonoscape::{Embedding, Enlargement};
/// let direction = |i: usize| Embedding::from_slice(&[1.0, i as f32, (i * i) as f32]);
/// let real = (0..20).map(direction).collect::<Result<Vec<_>, _>>()?;
/// let large: Vec<Embedding> = Enlargement::new(&real, 1)?.take(1000).collect();
/// assert_eq!(large.len(), 1000);
/// # Ok::<(), sonoscape::Error>(())
/// ```
///
/// # Source
/// Interpolation between neighbours as in Chawla et al., *SMOTE* (JAIR 2002), with jitter.
#[derive(Debug, Clone)]
pub struct Enlargement<'a> {
    real: &'a [Embedding],
    neighbours: Vec<Vec<Neighbour>>,
    random: Random,
}

impl<'a> Enlargement<'a> {
    /// A stream that starts anew with each `seed`; streams of other seeds are independent.
    ///
    /// # Errors
    /// [`Error::Catalogue`] when there are too few embeddings to have near neighbours, or their dimensions differ;
    /// [`Error::Limit`] beyond [`MOST_ROWS`] embeddings.
    pub fn new(real: &'a [Embedding], seed: u64) -> Result<Self> {
        if real.len() <= NEAR {
            return Err(Error::Catalogue(format!("{} embeddings are too few to make more of", real.len())));
        }
        within("rows", real.len() as u64, MOST_ROWS as u64)?;
        let dimension = real[0].dimension();
        if real.iter().any(|embedding| embedding.dimension() != dimension) {
            return Err(Error::Catalogue("the embeddings have several dimensions".into()));
        }
        Ok(Self { real, neighbours: near_neighbours(real, dimension)?, random: Random(seed) })
    }

    fn make(&mut self) -> Embedding {
        let chosen = self.random.below(self.real.len());
        let (start, near) = (&self.real[chosen], &self.neighbours[chosen]);
        let mut shares = [0.0; NEAR];
        let along = ALONG / (NEAR as f32).sqrt();
        shares.fill_with(|| self.random.normal() * along);
        shares[self.random.below(NEAR)] += self.random.unit() * MOST_SHARE;
        let own = 1.0 - shares.iter().sum::<f32>();
        let nearest = (2.0 - 2.0 * near[0].score).max(0.0).sqrt();
        let around = AROUND * nearest / (start.dimension() as f32).sqrt();
        let mut values: Vec<f32> =
            start.as_slice().iter().map(|value| own * value + around * self.random.normal()).collect();
        for (share, neighbour) in shares.iter().zip(near) {
            for (value, other) in values.iter_mut().zip(self.real[neighbour.row].as_slice()) {
                *value += share * other;
            }
        }
        Embedding::from_slice(&values).unwrap_or_else(|_| start.clone())
    }
}

impl Iterator for Enlargement<'_> {
    type Item = Embedding;

    fn next(&mut self) -> Option<Embedding> {
        Some(self.make())
    }
}

/// The [`NEAR`] nearest others of each, nearest first.
fn near_neighbours(real: &[Embedding], dimension: usize) -> Result<Vec<Vec<Neighbour>>> {
    let codes: Vec<Code> = real.iter().map(quantize).collect();
    let values: Vec<i8> = codes.iter().flat_map(|code| code.values.iter().copied()).collect();
    let index = Index::new(dimension, &values, codes.iter().map(|code| code.scale).collect())?;
    let others = |(row, code): (usize, &Code)| {
        index.top_k(code, NEAR + 1).into_iter().filter(|other| other.row != row).take(NEAR).collect()
    };
    Ok(codes.iter().enumerate().map(others).collect())
}

/// Pseudo-random numbers.
///
/// # Source
/// Steele, Lea and Flood, *SplitMix* (OOPSLA 2014).
#[derive(Debug, Clone)]
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1.
    fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1 << 24) as f32
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.bits() % limit as u64) as usize
    }

    /// Mean 0 and standard deviation 1, nearly normal: how many of 64 coins show heads.
    fn normal(&mut self) -> f32 {
        (self.bits().count_ones() as f32 - 32.0) / 4.0
    }
}
