use sonoscape::Embedding;

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

fn kept(library: &Library, path: &str) -> Option<Candidate> {
    library.candidate(path, "encoder").expect("it is read")
}

#[test]
fn what_is_put_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(LIBRARY_NAME);
    Library::open(&file).expect("it opens").put(&entry("a/b.ogg"), "encoder").expect("it is kept");
    let mut library = Library::open(&file).expect("it opens again");
    let found = kept(&library, "a/b.ogg").expect("it is there");
    let Entry { path, digest, duration_s, tags, excerpts, stamp } = entry("a/b.ogg");
    assert_eq!(library.excerpts(found.id).expect("they are read"), excerpts);
    assert_eq!(library.track(found.id).expect("it is read"), found);
    assert_eq!(
        found,
        Candidate { id: found.id, path, digest, duration_s, tags, segment: None, excerpts: 1, offered: None }
    );
    assert_eq!(library.stamp("a/b.ogg", "encoder").expect("it is read"), Some(stamp));
    assert_eq!(library.stamp("a/b.ogg", "another").expect("it is read"), None);
    assert_eq!(library.retain(|path| path != "a/b.ogg").expect("it is removed"), 1);
    assert_eq!(kept(&library, "a/b.ogg"), None);
}

#[test]
fn a_changed_file_keeps_its_segment_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut library = Library::open(&folder.path().join(LIBRARY_NAME)).expect("it opens");
    library.put(&entry("a.ogg"), "another").expect("it is kept");
    library.put(&entry("b.ogg"), "another").expect("it is kept");
    let id = library.candidate("b.ogg", "another").expect("it is read").expect("it is there").id;
    library.assign([(id, 7)].into_iter(), false).expect("it is kept");
    assert_eq!(library.next_segment().expect("it is read"), 8);
    let changed =
        Entry { digest: vec![9], excerpts: [(); 3].map(|()| entry("").excerpts.remove(0)).into(), ..entry("b.ogg") };
    library.put(&changed, "encoder").expect("it is kept");
    let found = kept(&library, "b.ogg").expect("it is there");
    assert_eq!((found.segment, found.excerpts, found.digest), (Some(7), 3, vec![9]));
    let mut paths = Vec::new();
    let mut visit = |found: Candidate| {
        paths.push(found.path);
        Ok(())
    };
    library.candidates("encoder", &mut visit).expect("they are read");
    assert_eq!(paths, ["b.ogg"]);
    library.assign([].into_iter(), true).expect("it is forgotten");
    assert_eq!(kept(&library, "b.ogg").expect("it is there").segment, None);
    assert_eq!(library.next_segment().expect("it is read"), 0);
}

#[test]
fn a_library_of_layout_1_is_taken_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(LIBRARY_NAME);
    Library::open(&file).expect("it opens").put(&entry("a.ogg"), "encoder").expect("it is kept");
    let former = Connection::open(&file).expect("it opens");
    former
        .execute_batch(
            "ALTER TABLE track DROP COLUMN segment; DROP TABLE found; DROP TABLE task; PRAGMA user_version = 1;",
        )
        .expect("it is made as it was");
    drop(former);
    let library = Library::open(&file).expect("it opens");
    assert_eq!(kept(&library, "a.ogg").expect("it is there").segment, None);
    assert_eq!(library.stamp("a.ogg", "encoder").expect("it is read"), Some(entry("").stamp));
    drop(library);
    Connection::open(&file).expect("it opens").pragma_update(None, "user_version", 4).expect("it is written");
    let refusal = format!("{:#}", Library::open(&file).err().expect("it is refused"));
    assert!(refusal.contains("a later version of Sonoscape"), "{refusal}");
}

#[test]
fn two_builds_never_share_a_library() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(LIBRARY_NAME);
    let _first = Library::open(&file).expect("it opens");
    let second = Library::open(&file).err().expect("it is refused").to_string();
    assert!(second.contains("in use by another Sonoscape"), "{second}");
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
