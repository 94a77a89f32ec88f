//! What packing asks of a library: tracks one at a time, and which segment each is in.

use anyhow::{Context, Result};
use rusqlite::{OptionalExtension, Row, params};
use sonoscape::{AnalysedExcerpt, Embedding, Track};

use super::{ANALYSIS_VERSION, Library};
use crate::tags::Tags;

const COLUMNS: &str = "id, path, digest, duration_s, tags, segment,
    (SELECT count(*) FROM excerpt WHERE excerpt.track = track.id),
    (SELECT found.track FROM found WHERE found.path = track.path AND found.source <> 'folder')";

const CURRENT: &str = "encoder = ?1 AND analysis_version = ?2";

/// A track that may be packed, without its excerpts.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub id: i64,
    pub path: String,
    pub digest: Vec<u8>,
    pub duration_s: f32,
    pub tags: Tags,
    /// The segment that it was packed into, if it was.
    pub segment: Option<u32>,
    /// How many excerpts it has.
    pub excerpts: usize,
    /// What the service says of it that it was collected from.
    pub offered: Option<Track>,
}

impl Library {
    /// Visits the tracks that were analysed with `encoder`, in order of their paths.
    pub fn candidates(&self, encoder: &str, mut visit: impl FnMut(Candidate) -> Result<()>) -> Result<()> {
        let query = format!("SELECT {COLUMNS} FROM track WHERE {CURRENT} ORDER BY path");
        let mut query = self.connection.prepare(&query)?;
        let mut rows = query.query(params![encoder, ANALYSIS_VERSION])?;
        while let Some(row) = rows.next()? {
            visit(Candidate::read(row)?)?;
        }
        Ok(())
    }

    /// The track at `path`, if it was analysed with `encoder`.
    pub fn candidate(&self, path: &str, encoder: &str) -> Result<Option<Candidate>> {
        let query = format!("SELECT {COLUMNS} FROM track WHERE {CURRENT} AND path = ?3");
        let mut query = self.connection.prepare_cached(&query)?;
        let found = query.query_and_then(params![encoder, ANALYSIS_VERSION, path], Candidate::read)?.next();
        found.transpose()
    }

    /// The track with an id of [`Candidate::id`].
    pub fn track(&self, id: i64) -> Result<Candidate> {
        let mut query = self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM track WHERE id = ?1"))?;
        let found = query.query_and_then([id], Candidate::read)?.next();
        found.context("The library has lost a track")?
    }

    /// The excerpts of a track, in order.
    pub fn excerpts(&self, track: i64) -> Result<Vec<AnalysedExcerpt>> {
        let mut query = self
            .connection
            .prepare_cached("SELECT start_s, embedding FROM excerpt WHERE track = ?1 ORDER BY start_s")?;
        let rows = query.query_map([track], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        rows.map(|row| {
            let (start_s, bytes) = row?;
            let values: Vec<f32> = bytes.as_chunks().0.iter().copied().map(f32::from_le_bytes).collect();
            Ok(AnalysedExcerpt { start_s, embedding: Embedding::from_slice(&values)? })
        })
        .collect()
    }

    /// The lowest number above those of all segments.
    pub fn next_segment(&self) -> Result<u32> {
        let highest: Option<u32> =
            self.connection.query_row("SELECT max(segment) FROM track", [], |row| row.get(0)).optional()?.flatten();
        Ok(highest.map_or(0, |highest| highest + 1))
    }

    /// Keeps which segments tracks are in now, all at once; what else was kept stays, unless `afresh`.
    pub fn assign(&mut self, segments: impl Iterator<Item = (i64, u32)>, afresh: bool) -> Result<()> {
        let transaction = self.connection.transaction()?;
        if afresh {
            transaction.execute("UPDATE track SET segment = NULL", [])?;
        }
        for (track, segment) in segments {
            transaction
                .prepare_cached("UPDATE track SET segment = ?2 WHERE id = ?1")?
                .execute(params![track, segment])?;
        }
        Ok(transaction.commit()?)
    }
}

impl Candidate {
    fn read(row: &Row) -> Result<Self> {
        let path: String = row.get(1)?;
        let damaged = || format!("The library's entry of {path} is damaged");
        let tags = serde_json::from_str(&row.get::<_, String>(4)?).with_context(damaged)?;
        let offered: Option<String> = row.get(7)?;
        let offered = offered.map(|offered| serde_json::from_str(&offered)).transpose().with_context(damaged)?;
        Ok(Self {
            id: row.get(0)?,
            digest: row.get(2)?,
            duration_s: row.get(3)?,
            tags,
            segment: row.get(5)?,
            excerpts: row.get(6)?,
            offered,
            path,
        })
    }
}
