//! Libraries with more tracks than anyone wants to wait for: their embeddings are made up.

use std::path::Path;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rusqlite::{Connection, params};

use crate::Workplace;

/// Excerpts of each track that is made up.
pub const EXCERPTS: usize = 8;

/// A workplace whose library holds `tracks` made-up tracks of the shipped encoder and nothing else.
pub fn library_of(tracks: usize) -> Workplace {
    let workplace = Workplace::with(&["cbr.mp3"]);
    workplace.json(&["build", "music", "--library", "library.sqlite", "--output", "real", "--json"]);
    add(&workplace, 0..tracks);
    edit(&workplace, "DELETE FROM track WHERE path = 'cbr.mp3'");
    workplace
}

/// Adds tracks with these numbers, each by an artist of its own, as if they had just been analysed.
pub fn add(workplace: &Workplace, numbers: std::ops::Range<usize>) {
    let mut connection = open(&workplace.path("library.sqlite"));
    let transaction = connection.transaction().unwrap();
    let embedding: Vec<u8> =
        transaction.query_row("SELECT embedding FROM excerpt LIMIT 1", [], |row| row.get(0)).unwrap();
    for number in numbers {
        let mut random = StdRng::seed_from_u64(number as u64);
        let mut blob = |length: usize| -> Vec<u8> {
            (0..length / 4).flat_map(|_| random.random_range(-1.0f32..1.0).to_le_bytes()).collect()
        };
        let tags = format!(
            r#"{{"title":"Track {number}","artist":"Artist {number}","album":"","year":{},"isrc":"","licence":""}}"#,
            1950 + number % 70
        );
        transaction
            .execute(
                "INSERT INTO track (path, size, modified_ns, encoder, analysis_version, digest, duration_s, tags)
                 SELECT ?1, 1, 1, encoder, analysis_version, ?2, 100.5, ?3 FROM track LIMIT 1",
                params![format!("made/{number}.mp3"), blob(32), tags],
            )
            .unwrap();
        let track = transaction.last_insert_rowid();
        for excerpt in 0..EXCERPTS {
            transaction
                .prepare_cached("INSERT INTO excerpt (track, start_s, embedding) VALUES (?1, ?2, ?3)")
                .unwrap()
                .execute(params![track, excerpt as f32 * 30.0, blob(embedding.len())])
                .unwrap();
        }
    }
    transaction.commit().unwrap();
}

/// Changes the library.
pub fn edit(workplace: &Workplace, statement: &str) {
    open(&workplace.path("library.sqlite")).execute_batch(statement).unwrap();
}

fn open(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "foreign_keys", true).unwrap();
    connection.pragma_update(None, "synchronous", "OFF").unwrap();
    connection
}
