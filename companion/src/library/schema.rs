//! The tables of a library, and those of earlier versions made into them.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};
use rusqlite::Connection;

/// Layout of the tables.
const SCHEMA_VERSION: u32 = 3;

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
    tags TEXT NOT NULL,
    segment INTEGER
);
CREATE TABLE excerpt (
    track INTEGER NOT NULL REFERENCES track (id) ON DELETE CASCADE,
    start_s REAL NOT NULL,
    embedding BLOB NOT NULL
);
CREATE INDEX excerpt_track ON excerpt (track);
";

/// What services offer, and what is left to do about it.
const COLLECTED: &str = "
CREATE TABLE found (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    source_id TEXT NOT NULL,
    isrc TEXT NOT NULL,
    track TEXT NOT NULL,
    popularity REAL,
    sound TEXT NOT NULL,
    may_keep INTEGER NOT NULL,
    path TEXT UNIQUE,
    digest BLOB,
    same_as INTEGER REFERENCES found (id),
    certainty REAL,
    problem TEXT NOT NULL DEFAULT '',
    UNIQUE (source, source_id)
);
CREATE INDEX found_isrc ON found (isrc) WHERE isrc <> '';
CREATE INDEX found_digest ON found (digest);
CREATE TABLE task (
    id INTEGER PRIMARY KEY,
    service TEXT NOT NULL,
    what TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'due',
    problem TEXT NOT NULL DEFAULT '',
    UNIQUE (service, what)
);
CREATE INDEX task_due ON task (service, id) WHERE state = 'due';
";

/// From layout 1: tracks had no segments.
const FROM_1: &str = "ALTER TABLE track ADD COLUMN segment INTEGER;";

/// How long a reader may hold up a writer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Opens the library at `path`, or makes one there.
pub(super) fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let change = match connection.pragma_query_value(None, "user_version", |row| row.get(0))? {
        SCHEMA_VERSION => return Ok(connection),
        0 => SCHEMA,
        1 => FROM_1,
        2 => "",
        newer => bail!("it has layout {newer}, which a later version of Sonoscape wrote"),
    };
    connection
        .execute_batch(&format!("BEGIN; {change} {COLLECTED} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"))?;
    Ok(connection)
}
