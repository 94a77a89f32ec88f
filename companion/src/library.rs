//! What has been analysed so far, in SQLite: one transaction a track, so that an interruption loses nothing done.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use sonoscape::{AnalysedExcerpt, Embedding};

use crate::tags::Tags;

/// Name of a library's file beside its catalogue.
pub const LIBRARY_NAME: &str = "library.sqlite";

/// Raised whenever decoding or the front end would give other values: older analyses then count as changed.
const ANALYSIS_VERSION: u32 = 1;

/// Layout of the tables.
const SCHEMA_VERSION: u32 = 1;

const SCHEMA: &str = "
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE track (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    encoder TEXT NOT NULL,
    analysis_version INTEGER NOT NULL,
    digest BLOB NOT NULL,
    duration_s REAL NOT NULL,
    tags TEXT NOT NULL
);
CREATE TABLE excerpt (
    track INTEGER NOT NULL REFERENCES track (id) ON DELETE CASCADE,
    start_s REAL NOT NULL,
    embedding BLOB NOT NULL
);
CREATE INDEX excerpt_track ON excerpt (track);
";

/// How long a reader may hold up a writer.
const PATIENCE: Duration = Duration::from_secs(10);

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
    /// Opens or creates a library for writing; no other build can use it meanwhile.
    pub fn open(path: &Path) -> Result<Self> {
        let lock =
            File::create(path.with_extension("lock")).with_context(|| format!("{} cannot be made", path.display()))?;
        ensure!(lock.try_lock().is_ok(), "{} is in use by another build. Wait until that is done.", path.display());
        let connection =
            connect(path).with_context(|| format!("{} cannot be used; remove it to analyse anew", path.display()))?;
        Ok(Self { connection, _lock: lock })
    }

    /// The value of a setting in the library at `path`, where there is one.
    pub fn setting_of(path: &Path, name: &str) -> Result<Option<String>> {
        if !path.exists() {
            return Ok(None);
        }
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut query = connection.prepare("SELECT value FROM setting WHERE name = ?1")?;
        Ok(query.query_row([name], |row| row.get(0)).optional()?)
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

    /// Keeps an analysis in place of any former one of its path.
    pub fn put(&mut self, entry: &Entry, encoder: &str) -> Result<()> {
        let transaction = self.connection.transaction()?;
        transaction.prepare_cached("DELETE FROM track WHERE path = ?1")?.execute([&entry.path])?;
        transaction
            .prepare_cached(
                "INSERT INTO track (path, size, modified_ns, encoder, analysis_version, digest, duration_s, tags)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                entry.path,
                entry.stamp.size,
                entry.stamp.modified_ns,
                encoder,
                ANALYSIS_VERSION,
                entry.digest,
                entry.duration_s,
                serde_json::to_string(&entry.tags)?,
            ])?;
        let track = transaction.last_insert_rowid();
        for excerpt in &entry.excerpts {
            let values = excerpt.embedding.as_slice().iter();
            let bytes: Vec<u8> = values.flat_map(|value| value.to_le_bytes()).collect();
            transaction
                .prepare_cached("INSERT INTO excerpt (track, start_s, embedding) VALUES (?1, ?2, ?3)")?
                .execute(params![track, excerpt.start_s, bytes])?;
        }
        Ok(transaction.commit()?)
    }

    /// Forgets the paths that `keep` turns down; says how many.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) -> Result<usize> {
        let gone: Vec<String> = {
            let mut query = self.connection.prepare("SELECT path FROM track")?;
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

    /// The analysis of `path` with `encoder`.
    pub fn get(&self, path: &str, encoder: &str) -> Result<Option<Entry>> {
        let mut query = self.connection.prepare_cached(
            "SELECT id, size, modified_ns, digest, duration_s, tags FROM track
             WHERE path = ?1 AND encoder = ?2 AND analysis_version = ?3",
        )?;
        let row = query.query_row(params![path, encoder, ANALYSIS_VERSION], |row| {
            let stamp = Stamp { size: row.get(1)?, modified_ns: row.get(2)? };
            Ok((row.get::<_, i64>(0)?, stamp, row.get(3)?, row.get(4)?, row.get::<_, String>(5)?))
        });
        let Some((id, stamp, digest, duration_s, tags)) = row.optional()? else { return Ok(None) };
        let excerpts = self.excerpts(id).with_context(|| format!("The library's entry of {path} is damaged"))?;
        Ok(Some(Entry { path: path.into(), stamp, digest, duration_s, tags: serde_json::from_str(&tags)?, excerpts }))
    }

    fn excerpts(&self, track: i64) -> Result<Vec<AnalysedExcerpt>> {
        let mut query = self
            .connection
            .prepare_cached("SELECT start_s, embedding FROM excerpt WHERE track = ?1 ORDER BY start_s")?;
        let rows = query.query_map([track], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        rows.map(|row| {
            let (start_s, bytes) = row?;
            let values = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
            let embedding = Embedding::from_slice(&values.collect::<Vec<_>>())?;
            Ok(AnalysedExcerpt { start_s, embedding })
        })
        .collect()
    }
}

fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    match connection.pragma_query_value(None, "user_version", |row| row.get(0))? {
        SCHEMA_VERSION => (),
        0 => connection.execute_batch(&format!("BEGIN; {SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"))?,
        newer => bail!("it has layout {newer}, which a later version of Sonoscape wrote"),
    }
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str) -> Entry {
        let embedding = Embedding::from_slice(&[3.0, 4.0]).expect("it has a direction");
        Entry {
            path: path.into(),
            stamp: Stamp { size: 7, modified_ns: 8 },
            digest: vec![1, 2, 3],
            duration_s: 12.5,
            tags: Tags { title: "Title".into(), ..Tags::default() },
            excerpts: vec![AnalysedExcerpt { start_s: 0.0, embedding }],
        }
    }

    #[test]
    fn what_is_put_comes_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(LIBRARY_NAME);
        Library::open(&file).expect("it opens").put(&entry("a/b.ogg"), "encoder").expect("it is kept");
        let mut library = Library::open(&file).expect("it opens again");
        assert_eq!(library.get("a/b.ogg", "encoder").expect("it is read"), Some(entry("a/b.ogg")));
        assert_eq!(library.stamp("a/b.ogg", "encoder").expect("it is read"), Some(entry("").stamp));
        assert_eq!(library.stamp("a/b.ogg", "another").expect("it is read"), None);
        assert_eq!(library.retain(|path| path != "a/b.ogg").expect("it is removed"), 1);
        assert_eq!(library.get("a/b.ogg", "encoder").expect("it is read"), None);
    }

    #[test]
    fn two_builds_never_share_a_library() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(LIBRARY_NAME);
        let _first = Library::open(&file).expect("it opens");
        let second = Library::open(&file).err().expect("it is refused").to_string();
        assert!(second.contains("in use by another build"), "{second}");
    }

    #[test]
    fn what_is_no_library_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(LIBRARY_NAME);
        std::fs::write(&file, "This is a text, and a long one at that, so that no header is missing.".repeat(9))
            .expect("it is written");
        let refusal = Library::open(&file).err().expect("it is refused").to_string();
        assert!(refusal.contains("remove it to analyse anew"), "{refusal}");
    }
}
