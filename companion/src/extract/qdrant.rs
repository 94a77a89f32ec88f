//! Everything as points of a Qdrant collection.

mod client;
mod point;

use std::collections::HashSet;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use indicatif::ProgressBar;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{Segment, Sink, Taken};
use crate::catalogue::Stored;
use client::Client;
use point::Point;

/// Points of one request.
const BATCH: usize = 256;

/// How scores are reckoned: vectors have unit length, so this is their inner product.
const DISTANCE: &str = "Cosine";

const CONFLICT: u16 = 409;
const NOT_FOUND: u16 = 404;

/// A collection that takes points.
///
/// # Source
/// Qdrant's REST interface, <https://api.qdrant.tech/api-reference>: "Collection details", "Create a collection", "Upsert points".
pub struct Qdrant {
    client: Client,
    collection: String,
    path: String,
    /// Name of the catalogue.
    name: String,
    batch: Vec<Point>,
    sent: HashSet<[u8; 16]>,
}

impl Qdrant {
    /// Finds the collection, or makes it.
    ///
    /// # Errors
    /// When the server does not answer or refuses, or its collection is for other vectors.
    pub fn begin(address: &str, collection: &str, timeout: Duration, stored: &Stored) -> Result<Self> {
        ensure!(!collection.trim().is_empty(), "A collection needs a name.");
        let manifest = stored.manifest();
        let qdrant = Self {
            client: Client::new(address, timeout)?,
            path: format!("/collections/{}", utf8_percent_encode(collection, NON_ALPHANUMERIC)),
            collection: collection.to_owned(),
            name: manifest.name.clone(),
            batch: Vec::new(),
            sent: HashSet::new(),
        };
        if !qdrant.fits(manifest.dimension)? {
            qdrant.make(manifest.dimension)?;
        }
        Ok(qdrant)
    }

    /// Whether the collection is there; one that is there is for such vectors.
    fn fits(&self, dimension: usize) -> Result<bool> {
        let answer = self.client.ask("GET", &self.path, None)?;
        if answer.status == NOT_FOUND {
            ensure!(answer.is_qdrants(), self.client.stranger());
            return Ok(false);
        }
        let body = self.client.accepted(answer, "to show its collection")?;
        let vectors = &body["result"]["config"]["params"]["vectors"];
        let (size, distance) = (vectors["size"].as_u64(), vectors["distance"].as_str());
        let found = match (size, distance) {
            (Some(size), Some(DISTANCE)) if size == dimension as u64 => return Ok(true),
            (Some(size), Some(distance)) => format!("{size} values compared by {distance:.20}"),
            _ => "several kinds or of none".to_owned(),
        };
        bail!(
            "The collection {} is for vectors of {found}, not of {dimension} values compared by {DISTANCE}. Choose another --collection.",
            self.collection
        )
    }

    fn make(&self, dimension: usize) -> Result<()> {
        let wanted = json!({ "vectors": { "size": dimension, "distance": DISTANCE } });
        let answer = self.client.ask("PUT", &self.path, Some(&wanted))?;
        if answer.status == CONFLICT && self.fits(dimension)? {
            return Ok(());
        }
        self.client.accepted(answer, "to make the collection").map(drop)
    }

    fn send(&mut self, bar: &ProgressBar) -> Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let points: Value = json!({ "points": self.batch });
        let answer = self.client.ask("PUT", &format!("{}/points?wait=true", self.path), Some(&points))?;
        self.client.accepted(answer, "to take points")?;
        bar.inc(self.batch.len() as u64);
        self.sent.extend(self.batch.drain(..).map(|point| point.id.0));
        Ok(())
    }
}

impl Sink for Qdrant {
    fn put(&mut self, segment: &mut Segment, bar: &ProgressBar) -> Result<()> {
        let digest = segment.digest().to_owned();
        let mut place = 0;
        for id in segment.ids() {
            let row = segment.row(id);
            let track = segment.text(id)?;
            for excerpt in &row.excerpts {
                self.batch.push(Point::new(&self.name, (&digest, place), &row, excerpt, track));
                place += 1;
                if self.batch.len() == BATCH {
                    self.send(bar)?;
                }
            }
        }
        self.send(bar)
    }

    fn finish(self: Box<Self>) -> Result<Taken> {
        Ok(Taken::Points(self.sent.len()))
    }
}
