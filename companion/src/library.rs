//! What has been analysed so far, in SQLite: one transaction a track, so that an interruption loses nothing done.

pub mod collected;
mod packing;
mod schema;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use sonoscape::AnalysedExcerpt;

use crate::tags::Tags;
pub use packing::Candidate;

/// Name of a library's file beside its catalogue.
pub const LIBRARY_NAME: &str = "library.sqlite";

/// The setting that names the folder of the music.
pub const FOLDER_SETTING: &str = "folder";

/// Raised whenever decoding or the front end would give other values: older analyses then count as changed.
const ANALYSIS_VERSION: u32 = 1;

/// The analyses of one folder.
pub struct Library {
    connection: Connection,
    _lock: File,
}

/// What tells whether a file is still the one that was analysed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// In bytes.
    pub size: u64,
    /// Since 1970, in nanoseconds.
    pub modified_ns: i64,
}

/// What is kept of an analysed file.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Relative to the folder, with `/` between its parts.
    pub path: String,
    pub stamp: Stamp,
    /// SHA-256 of the file's bytes.
    pub digest: Vec<u8>,
    pub duration_s: f32,
    pub tags: Tags,
    pub excerpts: Vec<AnalysedExcerpt>,
}

impl Library {
    /// Opens or creates a library for writing; no other process can use it meanwhile.
    pub fn open(path: &Path) -> Result<Self> {
        let lock =
            File::create(path.with_extension("lock")).with_context(|| format!("{} cannot be made", path.display()))?;
        ensure!(lock.try_lock().is_ok(), "{} is in use by another Sonoscape. Wait until that is done.", path.display());
        let connection = schema::connect(path)
            .with_context(|| format!("{} cannot be used; remove it to analyse anew", path.display()))?;
        Ok(Self { connection, _lock: lock })
    }

    /// The value of a setting in the library at `path`, where there is one.
    pub fn setting_of(path: &Path, name: &str) -> Result<Option<String>> {
        if !path.exists() {
            return Ok(None);
        }
        setting(&Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?, name)
    }

    /// The value of a setting.
    pub fn setting(&self, name: &str) -> Result<Option<String>> {
        setting(&self.connection, name)
    }

    /// Keeps a setting.
    pub fn set(&self, name: &str, value: &str) -> Result<()> {
        self.connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)", [name, value])?;
        Ok(())
    }

    /// The stamp under which `path` was analysed with `encoder`.
    pub fn stamp(&self, path: &str, encoder: &str) -> Result<Option<Stamp>> {
        let mut query = self.connection.prepare_cached(
            "SELECT size, modified_ns FROM track WHERE path = ?1 AND encoder = ?2 AND analysis_version = ?3",
        )?;
        let stamp = |row: &rusqlite::Row| Ok(Stamp { size: row.get(0)?, modified_ns: row.get(1)? });
        Ok(query.query_row(params![path, encoder, ANALYSIS_VERSION], stamp).optional()?)
    }

    /// Keeps an analysis in place of any former one of its path, whose segment it takes over.
    pub fn put(&mut self, entry: &Entry, encoder: &str) -> Result<()> {
        let transaction = self.connection.transaction()?;
        let track: i64 = transaction
            .prepare_cached(
                "INSERT INTO track (path, size, modified_ns, encoder, analysis_version, digest, duration_s, tags)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT (path) DO UPDATE SET size = ?2, modified_ns = ?3, encoder = ?4, analysis_version = ?5,
                 digest = ?6, duration_s = ?7, tags = ?8
                 RETURNING id",
            )?
            .query_row(
                params![
                    entry.path,
                    entry.stamp.size,
                    entry.stamp.modified_ns,
                    encoder,
                    ANALYSIS_VERSION,
                    entry.digest,
                    entry.duration_s,
                    serde_json::to_string(&entry.tags)?,
                ],
                |row| row.get(0),
            )?;
        transaction.prepare_cached("DELETE FROM excerpt WHERE track = ?1")?.execute([track])?;
        for excerpt in &entry.excerpts {
            let values = excerpt.embedding.as_slice().iter();
            let bytes: Vec<u8> = values.flat_map(|value| value.to_le_bytes()).collect();
            transaction
                .prepare_cached("INSERT INTO excerpt (track, start_s, embedding) VALUES (?1, ?2, ?3)")?
                .execute(params![track, excerpt.start_s, bytes])?;
        }
        Ok(transaction.commit()?)
    }

    /// Forgets what was analysed of `path`.
    pub fn forget(&self, path: &str) -> Result<()> {
        self.connection.prepare_cached("DELETE FROM track WHERE path = ?1")?.execute([path])?;
        Ok(())
    }

    /// Forgets the paths that `keep` turns down, but not what was collected and dropped; says how many.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) -> Result<usize> {
        let gone: Vec<String> = {
            let mut query = self.connection.prepare(
                "SELECT path FROM track WHERE path NOT IN (SELECT path FROM found
                 WHERE (sound = 'heard' OR (sound = 'kept' AND may_keep = 0)) AND path IS NOT NULL)",
            )?;
            let paths = query.query_map([], |row| row.get::<_, String>(0))?;
            paths.filter(|path| path.as_ref().map_or(true, |path| !keep(path))).collect::<Result<_, _>>()?
        };
        let transaction = self.connection.transaction()?;
        for path in &gone {
            transaction.execute("DELETE FROM track WHERE path = ?1", [path])?;
        }
        transaction.commit()?;
        Ok(gone.len())
    }
}

fn setting(connection: &Connection, name: &str) -> Result<Option<String>> {
    let mut query = connection.prepare("SELECT value FROM setting WHERE name = ?1")?;
    Ok(query.query_row([name], |row| row.get(0)).optional()?)
}
