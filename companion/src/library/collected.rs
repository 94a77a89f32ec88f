//! What was found at services, and what is left to do about it: tasks, each done once, each with what came of it in one
//! transaction.

use anyhow::{Context, Result};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Serialize;
use sonoscape::Track;

use super::{ANALYSIS_VERSION, Library};

/// Where the sound of a track that was found is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sound {
    /// No service that was asked has one.
    None,
    /// To be looked for at another service.
    Sought,
    /// To be fetched.
    Due,
    /// In its file.
    Kept,
    /// Analysed, and its file removed.
    Heard,
    /// That of another track, which is the same recording.
    Same,
    /// Not to be had.
    Failed,
}

impl Sound {
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Sought => "sought",
            Self::Due => "due",
            Self::Kept => "kept",
            Self::Heard => "heard",
            Self::Same => "same",
            Self::Failed => "failed",
        }
    }

    fn from_name(name: &str) -> Result<Self> {
        let all = [Self::None, Self::Sought, Self::Due, Self::Kept, Self::Heard, Self::Same, Self::Failed];
        all.into_iter().find(|sound| sound.name() == name).context("The library's states of sounds are damaged")
    }
}

/// A track that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub id: i64,
    pub track: Track,
    pub popularity: Option<f32>,
    pub sound: Sound,
    /// Whether its file may stay once it has been analysed.
    pub may_keep: bool,
    pub path: Option<String>,
    pub problem: String,
}

/// Something that is to be done once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub id: i64,
    pub service: String,
    pub what: String,
}

const COLUMNS: &str = "id, track, popularity, sound, may_keep, path, problem";

/// Changes to what was found, all or none of which are kept.
pub struct Change<'a>(Transaction<'a>);

impl Library {
    /// Makes a change.
    pub fn change<T>(&mut self, make: impl FnOnce(&Change) -> Result<T>) -> Result<T> {
        let change = Change(self.connection.transaction()?);
        let made = make(&change)?;
        change.0.commit()?;
        Ok(made)
    }

    /// The first task of `service` that is due, not taken, and of these kinds: whether it leads to names, or to sounds.
    pub fn due(
        &self,
        service: &str,
        (names, sounds): (bool, bool),
        is_taken: impl Fn(i64) -> bool,
    ) -> Result<Option<Task>> {
        let mut query = self.connection.prepare_cached(
            "SELECT id, what FROM task WHERE service = ?1 AND state = 'due'
             AND ((what LIKE '{\"ask\"%' AND ?2) OR (what NOT LIKE '{\"ask\"%' AND ?3)) ORDER BY id",
        )?;
        let mut rows = query.query(params![service, names, sounds])?;
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            if !is_taken(id) {
                return Ok(Some(Task { id, service: service.to_owned(), what: row.get(1)? }));
            }
        }
        Ok(None)
    }

    /// How much is to be done at each service.
    pub fn due_counts(&self) -> Result<Vec<(String, usize)>> {
        let mut query =
            self.connection.prepare("SELECT service, count(*) FROM task WHERE state = 'due' GROUP BY service")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as usize)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many tracks were found at `source`.
    pub fn found_count(&self, source: &str) -> Result<usize> {
        let mut query = self.connection.prepare_cached("SELECT count(*) FROM found WHERE source = ?1")?;
        Ok(query.query_row([source], |row| row.get::<_, i64>(0))? as usize)
    }

    /// The track with this id.
    pub fn found(&self, id: i64) -> Result<Found> {
        let mut query = self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM found WHERE id = ?1"))?;
        let found = query.query_and_then([id], Found::read)?.next();
        found.context("The library has lost a track that was found")?
    }

    /// Visits all tracks that were found.
    pub fn each_found(&self, mut visit: impl FnMut(Found)) -> Result<()> {
        let mut query = self.connection.prepare(&format!("SELECT {COLUMNS} FROM found ORDER BY id"))?;
        for found in query.query_and_then([], Found::read)? {
            visit(found?);
        }
        Ok(())
    }

    /// Tasks that were given up, with the reasons.
    pub fn given_up(&self) -> Result<Vec<(String, String, String)>> {
        let mut query =
            self.connection.prepare("SELECT service, what, problem FROM task WHERE state = 'failed' ORDER BY id")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The files that may not stay, and whether each was analysed with `encoder`.
    pub fn fleeting(&self, encoder: &str) -> Result<Vec<(i64, String, bool)>> {
        let mut query = self.connection.prepare(
            "SELECT found.id, found.path, track.id IS NOT NULL FROM found LEFT JOIN track
             ON track.path = found.path AND track.encoder = ?1 AND track.analysis_version = ?2
             WHERE found.sound = 'kept' AND found.may_keep = 0",
        )?;
        let rows =
            query.query_map(params![encoder, ANALYSIS_VERSION], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Has sounds fetched again that were analysed by another encoder and removed; says how many.
    pub fn want_again(&mut self, encoder: &str) -> Result<usize> {
        let transaction = self.connection.transaction()?;
        let count = transaction.execute(
            "UPDATE found SET sound = 'due' WHERE sound = 'heard' AND path NOT IN
             (SELECT path FROM track WHERE encoder = ?1 AND analysis_version = ?2)",
            params![encoder, ANALYSIS_VERSION],
        )?;
        transaction.execute(
            "UPDATE task SET state = 'due' WHERE state = 'done' AND what IN
             (SELECT '{\"sound\":' || id || '}' FROM found WHERE sound = 'due')",
            [],
        )?;
        transaction.commit()?;
        Ok(count)
    }
}

impl Change<'_> {
    /// Has something done, unless it was ever to be done before.
    pub fn add(&self, service: &str, what: &str) -> Result<()> {
        let mut add = self.0.prepare_cached("INSERT OR IGNORE INTO task (service, what) VALUES (?1, ?2)")?;
        add.execute([service, what])?;
        Ok(())
    }

    /// A task is done.
    pub fn done(&self, task: &Task) -> Result<()> {
        self.0.prepare_cached("UPDATE task SET state = 'done' WHERE id = ?1")?.execute([task.id])?;
        Ok(())
    }

    /// A task cannot be done.
    pub fn give_up(&self, task: &Task, problem: &str) -> Result<()> {
        let mut set = self.0.prepare_cached("UPDATE task SET state = 'failed', problem = ?2 WHERE id = ?1")?;
        set.execute(params![task.id, problem])?;
        Ok(())
    }

    /// Takes in a track; the id, and whether it is new.
    pub fn insert(&self, track: &Track, popularity: Option<f32>, may_keep: bool) -> Result<(i64, bool)> {
        let json = serde_json::to_string(track)?;
        let values = params![track.source, track.source_id, track.isrc, json, popularity, may_keep];
        let mut insert = self.0.prepare_cached(
            "INSERT OR IGNORE INTO found (source, source_id, isrc, track, popularity, sound, may_keep)
             VALUES (?1, ?2, ?3, ?4, ?5, 'none', ?6)",
        )?;
        let is_new = insert.execute(values)? > 0;
        let mut id = self.0.prepare_cached("SELECT id FROM found WHERE source = ?1 AND source_id = ?2")?;
        Ok((id.query_row([&track.source, &track.source_id], |row| row.get(0))?, is_new))
    }

    /// What is known of a track has become more.
    pub fn describe(&self, id: i64, track: &Track) -> Result<()> {
        let mut update = self.0.prepare_cached("UPDATE found SET isrc = ?2, track = ?3 WHERE id = ?1")?;
        update.execute(params![id, track.isrc, serde_json::to_string(track)?])?;
        Ok(())
    }

    /// Where the sound of a track is.
    pub fn sound(&self, id: i64, sound: Sound, problem: &str) -> Result<()> {
        let mut update = self.0.prepare_cached("UPDATE found SET sound = ?2, problem = ?3 WHERE id = ?1")?;
        update.execute(params![id, sound.name(), problem])?;
        Ok(())
    }

    /// The sound of a track is in this file.
    pub fn file(&self, id: i64, path: &str, digest: &[u8], may_keep: bool) -> Result<()> {
        let mut update = self.0.prepare_cached(
            "UPDATE found SET sound = 'kept', path = ?2, digest = ?3, may_keep = ?4, problem = '' WHERE id = ?1",
        )?;
        update.execute(params![id, path, digest, may_keep])?;
        Ok(())
    }

    /// The sound of a track is that of another, so certainly, from 0 to 1; so is that of those which share it. The other shares no
    /// one's: see [`Self::heard_as`].
    pub fn same(&self, id: i64, as_id: i64, certainty: f32) -> Result<()> {
        let mut update = self.0.prepare_cached(
            "UPDATE found SET sound = 'same', same_as = ?2, certainty = ?3, problem = '' WHERE id = ?1",
        )?;
        update.execute(params![id, as_id, certainty])?;
        self.0.prepare_cached("UPDATE found SET same_as = ?2 WHERE same_as = ?1")?.execute([id, as_id])?;
        Ok(())
    }

    /// The track whose sound stands for that of this one: there, or to come; none where there is no sound to be had.
    pub fn heard_as(&self, id: i64) -> Result<Option<i64>> {
        let mut query = self.0.prepare_cached(
            "SELECT stands.id FROM found JOIN found AS stands
             ON stands.id = CASE found.sound WHEN 'same' THEN found.same_as ELSE found.id END
             WHERE found.id = ?1 AND stands.sound IN ('kept', 'heard', 'due', 'sought')",
        )?;
        Ok(query.query_row([id], |row| row.get(0)).optional()?)
    }

    /// No service that was asked has the sound of a track, nor of those that are the same recording.
    pub fn missing(&self, id: i64, problem: &str) -> Result<()> {
        self.0.execute(
            "UPDATE found SET sound = 'none', problem = ?2, same_as = NULL, certainty = NULL WHERE id = ?1 OR same_as = ?1",
            params![id, problem],
        )?;
        Ok(())
    }

    /// The sound of a track cannot be had: those of its source that were to share it get their own; those of other sources, which are
    /// returned, are to be sought elsewhere.
    pub fn fail(&self, id: i64, problem: &str) -> Result<Vec<i64>> {
        self.sound(id, Sound::Failed, problem)?;
        self.0.execute(
            "INSERT INTO task (service, what) SELECT source, '{\"sound\":' || id || '}' FROM found
             WHERE same_as = ?1 AND source = (SELECT source FROM found WHERE id = ?1)
             ON CONFLICT (service, what) DO UPDATE SET state = 'due'",
            [id],
        )?;
        let mut sharers = self.0.prepare_cached(
            "SELECT id FROM found WHERE same_as = ?1 AND source <> (SELECT source FROM found WHERE id = ?1) ORDER BY id",
        )?;
        let sought = sharers.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?;
        self.0.execute(
            "UPDATE found SET sound = CASE WHEN source = (SELECT source FROM found WHERE id = ?1) THEN 'due' ELSE 'sought' END,
             problem = ?2, same_as = NULL, certainty = NULL WHERE same_as = ?1",
            params![id, problem],
        )?;
        Ok(sought)
    }

    /// Another track of the same recording, by its code, whose sound is there or to come before this one's: fetched, or also looked for.
    pub fn with_isrc(&self, isrc: &str, but: i64, also_sought: bool) -> Result<Option<i64>> {
        if isrc.is_empty() {
            return Ok(None);
        }
        let mut query = self.0.prepare_cached(
            "SELECT id FROM found WHERE isrc = ?1 AND isrc <> '' AND id <> ?2 AND (sound IN ('kept', 'heard')
             OR id < ?2 AND (sound = 'due' OR sound = 'sought' AND ?3)) ORDER BY id",
        )?;
        Ok(query.query_row(params![isrc, but, also_sought], |row| row.get(0)).optional()?)
    }

    /// Another track whose file had the same bytes.
    pub fn with_digest(&self, digest: &[u8], but: i64) -> Result<Option<i64>> {
        let mut query = self.0.prepare_cached(
            "SELECT id FROM found WHERE digest = ?1 AND id <> ?2 AND sound IN ('kept', 'heard') ORDER BY id",
        )?;
        Ok(query.query_row(params![digest, but], |row| row.get(0)).optional()?)
    }
}

impl Found {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            track: serde_json::from_str(&row.get::<_, String>(1)?)
                .context("The library's entry of a track is damaged")?,
            popularity: row.get(2)?,
            sound: Sound::from_name(&row.get::<_, String>(3)?)?,
            may_keep: row.get(4)?,
            path: row.get(5)?,
            problem: row.get(6)?,
        })
    }
}
