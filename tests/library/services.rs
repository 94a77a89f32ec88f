//! Answers in the shapes that the services document, written for these tests.

use proptest::prelude::*;
use serde_json::{Value, json};
use sonoscape::services::{
    Answer, Ask, Candidate, Certainty, MOST_ANSWER_BYTES, Provider, Reply, Service, ServiceError, Trouble, certainty,
    retry_after_s, spotify,
};

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Sunday, 6 November 1994, 08:49:07.
const NOW_S: u64 = 784_111_747;

fn search(words: &str) -> Ask {
    Ask::Search { words: words.into(), offset: 0 }
}

fn id(id: &str) -> Ask {
    Ask::Track { id: id.into() }
}

fn reply(status: u16, body: &[u8]) -> Reply<'_> {
    Reply { status, retry_after: None, now_s: NOW_S, body }
}

fn read(service: Service, ask: &Ask, body: &Value) -> Result<Answer, ServiceError> {
    Provider::new(service).read(ask, &reply(200, body.to_string().as_bytes()))
}

fn deezer_track() -> Value {
    json!({ "id": 3135556, "title": "Harder", "link": "https://elsewhere.example/", "duration": 226, "rank": 956_000,
        "preview": "https://cdn.example/p.mp3?hdnea=exp=1~hmac=2", "isrc": "gbduw0000059", "release_date": "2001-03-07",
        "artist": { "id": 27, "name": "Daft Punk" }, "album": { "title": "Discovery", "cover_medium": "https://cdn.example/c.jpg" } })
}

fn candidate(title: &str, artist: &str, duration_s: f32) -> Candidate {
    let body = json!({ "id": 1, "title": title, "artist": { "name": artist }, "duration": duration_s });
    read(Service::Deezer, &id("1"), &body).expect("a track").candidates.remove(0)
}

#[test]
fn deezer_answers_with_tracks() {
    let body = json!({ "data": [deezer_track(), { "id": 2 }, "x"], "total": 250, "next": "https://evil.example/" });
    let answer = read(Service::Deezer, &search("harder"), &body).expect("an answer");
    let found = &answer.candidates[0];
    assert_eq!(answer.candidates.len(), 1);
    assert_eq!((found.title.as_str(), found.artist.as_str(), found.year), ("Harder", "Daft Punk", Some(2001)));
    assert_eq!((found.isrc.as_str(), found.duration_s, found.popularity), ("GBDUW0000059", 226.0, Some(95.6)));
    assert_eq!(found.page, "https://www.deezer.com/track/3135556");
    assert_eq!(answer.next, Some(Ask::Search { words: "harder".into(), offset: 100 }));
}

#[test]
fn a_signed_address_is_never_written_down() {
    let found = read(Service::Deezer, &id("3135556"), &deezer_track()).expect("an answer").candidates.remove(0);
    assert!(found.sound.as_ref().is_some_and(|sound| !sound.is_lasting && sound.url.contains("hmac")));
    assert!(!serde_json::to_string(&found).expect("a text").contains("hmac"));
    assert_eq!(found.track().audio, "");
    assert_eq!((found.track().source.as_str(), found.track().source_id.as_str()), ("deezer", "3135556"));
    found.track().check().expect("it may stand in a catalogue");
}

#[test]
fn deezer_says_no_with_status_200() {
    for (code, trouble) in [(4, Trouble::Busy), (700, Trouble::Busy), (800, Trouble::Missing), (300, Trouble::SignIn)] {
        let body = json!({ "error": { "type": "Exception", "message": "Quota limit exceeded", "code": code } });
        let error = read(Service::Deezer, &search("x"), &body).expect_err("a refusal");
        assert_eq!((error.trouble, error.may_pass()), (trouble, trouble == Trouble::Busy));
        assert!(error.to_string().ends_with("It says: Quota limit exceeded"), "{error}");
    }
}

#[test]
fn itunes_answers_with_songs_and_says_no_with_403() {
    let song = json!({ "wrapperType": "track", "kind": "song", "trackId": 11, "trackName": "One", "artistName": "A",
        "collectionName": "B", "previewUrl": "https://audio.example/1.m4a", "artworkUrl100": "https://img.example/1.jpg",
        "trackViewUrl": "https://music.example/1", "trackTimeMillis": 183_460, "releaseDate": "1998-05-01T07:00:00Z",
        "primaryGenreName": "Jazz" });
    let body = json!({ "resultCount": 2, "results": [{ "wrapperType": "collection", "collectionId": 1 }, song] });
    let answer = read(Service::Itunes, &search("one"), &body).expect("an answer");
    let found = &answer.candidates[0];
    assert_eq!((found.duration_s, found.year, found.genre.as_str()), (183.46, Some(1998), "Jazz"));
    assert!(found.attribution.ends_with("provided courtesy of iTunes"));
    assert_eq!(found.track().audio, "https://audio.example/1.m4a");
    assert_eq!(answer.next, None);
    let error = Provider::new(Service::Itunes).read(&search("one"), &reply(403, b"")).expect_err("a refusal");
    assert_eq!((error.trouble, error.may_pass()), (Trouble::Busy, true));
    let nothing = json!({ "resultCount": 0, "results": [] });
    assert_eq!(read(Service::Itunes, &search("one"), &nothing).expect("an answer"), Answer::default());
    assert_eq!(read(Service::Itunes, &id("9"), &nothing).expect_err("none").trouble, Trouble::Missing);
}

fn jamendo(results: &Value) -> Value {
    json!({ "headers": { "status": "success", "code": 0, "error_message": "", "results_count": 1, "results_fullcount": 401 },
        "results": results })
}

#[test]
fn jamendo_answers_with_licences() {
    let track = |allowed: bool| {
        json!({ "id": "168", "name": "J'm'e FPM", "duration": 183, "artist_name": "Tryad", "album_name": "Instrumentals",
            "license_ccurl": "http://creativecommons.org/licenses/by-sa/3.0/", "releasedate": "2004-12-17",
            "audio": "https://stream.example/?trackid=168&from=abc", "audiodownload": "https://stream.example/download/168/",
            "audiodownload_allowed": allowed, "shareurl": "https://www.jamendo.com/track/168",
            "musicinfo": { "tags": { "genres": ["pop", "rock"] } } })
    };
    let answer =
        read(Service::Jamendo, &search("tryad"), &jamendo(&json!([track(true), track(false)]))).expect("an answer");
    let [free, heard] = answer.candidates.as_slice() else { panic!("two tracks") };
    assert_eq!((free.licence.as_str(), free.genre.as_str()), ("CC-BY-SA-3.0", "pop, rock"));
    assert_eq!(free.attribution, "“J'm'e FPM” by Tryad, CC-BY-SA-3.0, via Jamendo");
    assert!(free.sound.as_ref().is_some_and(|sound| sound.may_keep && sound.is_lasting && sound.is_whole));
    assert!(heard.sound.as_ref().is_some_and(|sound| !sound.may_keep && !sound.is_lasting));
    assert_eq!(answer.next, Some(Ask::Search { words: "tryad".into(), offset: 200 }));
    let provider = Provider { client_id: "me&you".into(), ..Provider::new(Service::Jamendo) };
    assert!(
        provider.address(&search("a b")).is_some_and(|url| url.contains("client_id=me%26you&format=json&search=a%20b"))
    );
}

#[test]
fn jamendo_says_no_with_status_200() {
    for (code, trouble) in [(5, Trouble::SignIn), (6, Trouble::Busy), (11, Trouble::Forbidden), (3, Trouble::Refused)] {
        let body = json!({ "headers": { "status": "failed", "code": code, "error_message": "No." }, "results": [] });
        assert_eq!(read(Service::Jamendo, &search("x"), &body).expect_err("a refusal").trouble, trouble);
    }
}

#[test]
fn an_item_of_the_archive_becomes_its_tracks() {
    let body = json!({ "response": { "numFound": 2, "start": 0, "docs": [{ "identifier": "one" }, { "identifier": "two" }] } });
    let answer = read(Service::Archive, &search("piano"), &body).expect("an answer");
    assert_eq!(answer.further, ["one", "two"].map(|id| Ask::Album { id: id.into(), offset: 0 }));
    let file = |name: &str, original: &str, format: &str| json!({ "name": name, "original": original, "format": format, "title": "Etude", "length": "3:05", "track": "1" });
    let body = json!({ "metadata": { "identifier": "one", "title": "Pieces", "creator": ["A", "B"], "date": "1931",
            "licenseurl": "https://creativecommons.org/publicdomain/zero/1.0/" },
        "files": [{ "name": "a b.flac", "format": "Flac" }, file("a b.mp3", "a b.flac", "VBR MP3"),
            file("a b.ogg", "a b.flac", "Ogg Vorbis"), file("../c.mp3", "c.flac", "VBR MP3"), { "name": "x.png", "format": "PNG" }] });
    let answer = read(Service::Archive, &answer.further[0], &body).expect("an answer");
    let [found] = answer.candidates.as_slice() else { panic!("one track: {:?}", answer.candidates) };
    assert_eq!((found.id.as_str(), found.duration_s, found.licence.as_str()), ("one/a b.mp3", 185.0, "CC0-1.0"));
    assert_eq!((found.artist.as_str(), found.album.as_str(), found.year), ("A, B", "Pieces", Some(1931)));
    assert_eq!(found.track().audio, "https://archive.org/download/one/a%20b.mp3");
    assert_eq!(read(Service::Archive, &id("one/a b.mp3"), &body).expect("an answer").candidates.len(), 1);
    assert_eq!(read(Service::Archive, &id("one/b.mp3"), &json!({})).expect_err("none").trouble, Trouble::Missing);
}

fn spotify_track() -> Value {
    json!({ "type": "track", "id": "11dFghVXANMlKmJXsNCbNl", "name": "Cut", "duration_ms": 207_959, "preview_url": null,
        "artists": [{ "name": "Carly" }, { "name": "Guest" }], "external_ids": { "isrc": "USUM71703861" },
        "album": { "name": "Cut", "release_date": "2017-05-26",
            "images": [{ "url": "https://i.example/640", "width": 640 }, { "url": "https://i.example/300", "width": 300 }] } })
}

#[test]
fn spotify_answers_in_the_old_shape_and_in_that_of_2026() {
    let page = json!({ "tracks": { "items": [spotify_track(), null], "total": 11, "limit": 10, "offset": 0 } });
    let answer = read(Service::Spotify, &search("cut"), &page).expect("an answer");
    let found = &answer.candidates[0];
    assert_eq!((found.artist.as_str(), found.isrc.as_str()), ("Carly, Guest", "USUM71703861"));
    assert_eq!((found.cover.as_str(), found.sound.as_ref(), found.popularity), ("https://i.example/300", None, None));
    assert_eq!(answer.next, Some(Ask::Search { words: "cut".into(), offset: 10 }));
    let playlist = Ask::Playlist { id: "p".into(), offset: 0 };
    for key in ["track", "item"] {
        let local = json!({ key: { "type": "track", "is_local": true, "id": "x", "name": "x" } });
        let page = json!({ "items": [{ key: spotify_track() }, { key: null }, local], "total": 3 });
        let answer = read(Service::Spotify, &playlist, &page).expect("an answer");
        assert_eq!((answer.candidates.len(), answer.next), (1, None), "{key}");
    }
}

#[test]
fn a_walk_goes_from_genre_to_artists_to_tracks() {
    let genre = Ask::Genre { id: "dub".into(), hops: 2, offset: 0 };
    let page = json!({ "artists": { "items": [{ "id": "a1", "name": "A" }], "total": 1 } });
    let answer = read(Service::Spotify, &genre, &page).expect("an answer");
    let artist = Ask::Artist { id: "a1".into(), name: "A".into(), offset: 0 };
    let related = Ask::Related { id: "a1".into(), hops: 2 };
    assert_eq!(answer.further, [artist.clone(), related.clone()]);
    let answer =
        read(Service::Spotify, &related, &json!({ "artists": [{ "id": "b", "name": "B" }] })).expect("an answer");
    assert_eq!(answer.further[1], Ask::Related { id: "b".into(), hops: 1 });
    let answer = read(Service::Spotify, &answer.further[1], &json!({ "artists": [{ "id": "c", "name": "C" }] }))
        .expect("an answer");
    assert_eq!(answer.further.len(), 1);
    let provider = Provider::new(Service::Spotify);
    let refusal = provider.read(&artist, &reply(403, b"")).expect_err("a refusal");
    assert_eq!(provider.instead(&artist, &refusal), Some(search("artist:\"A\"")));
    assert_eq!(provider.instead(&search("x"), &refusal), None);
}

#[test]
fn every_service_tells_its_troubles_apart() {
    let cases: [(u16, &[u8], Trouble); 11] = [
        (401, br#"{"error":{"status":401,"message":"The access token expired"}}"#, Trouble::SignIn),
        (404, b"", Trouble::Missing),
        (429, b"Too many requests", Trouble::Busy),
        (500, b"<html>", Trouble::Down),
        (503, b"", Trouble::Down),
        (504, b"", Trouble::Silent),
        (400, b"{}", Trouble::Refused),
        (200, b"<html><h1>Welcome</h1></html>", Trouble::Foreign),
        (200, b"", Trouble::Foreign),
        (200, b"[1]", Trouble::Foreign),
        (302, b"", Trouble::Foreign),
    ];
    for service in Service::ALL {
        for (status, body, trouble) in cases {
            let error = Provider::new(service).read(&search("x"), &reply(status, body)).expect_err("trouble");
            assert_eq!((error.service, error.trouble), (service, trouble), "{status}");
            assert!(error.to_string().starts_with(char::is_uppercase) || service == Service::Itunes, "{error}");
        }
        let enormous = vec![b' '; MOST_ANSWER_BYTES + 1];
        let error = Provider::new(service).read(&search("x"), &reply(200, &enormous)).expect_err("trouble");
        assert_eq!(error.trouble, Trouble::TooLong);
        for body in [json!({}), json!({ "data": 1, "results": {}, "tracks": [], "response": null, "metadata": [] })] {
            assert!(read(service, &search("x"), &body).is_err(), "{service:?}");
        }
    }
}

#[test]
fn a_service_says_how_long_to_stay_away() {
    for (value, wait) in [("7", Some(7.0)), ("Sun, 06 Nov 1994 08:49:37 GMT", Some(30.0)), ("1e9", Some(86_400.0))] {
        assert_eq!(retry_after_s(value, NOW_S), wait);
    }
    assert_eq!(retry_after_s("Sat, 05 Nov 1994 08:49:37 GMT", NOW_S), Some(0.0));
    assert_eq!(retry_after_s("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_799), Some(1.0));
    for value in [
        "soon",
        "",
        "nan",
        "Sun, 06 Nov 1994",
        "Sun, 99 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 999999999999 08:49:37 GMT",
    ] {
        assert_eq!(retry_after_s(value, NOW_S), None, "{value}");
    }
    let busy = Reply { retry_after: Some("30"), ..reply(429, b"") };
    let error = Provider::new(Service::Spotify).read(&search("x"), &busy).expect_err("trouble");
    assert_eq!(error.to_string(), "Spotify asks to wait 30 s. Try again then.");
}

#[test]
fn hostile_texts_are_cut_and_cleaned() {
    let body = json!({ "id": 1, "title": format!("<img src=x onerror=alert(1)>\u{202e}\u{0}\n{}", "x".repeat(10_000)),
        "artist": { "name": ["not a text"] }, "album": { "cover": "javascript:alert(1)", "title": "  a \t b  " },
        "preview": "data:audio/mpeg;base64,AAAA", "duration": -3, "rank": "1e999", "isrc": "'; DROP TABLE" });
    let found = read(Service::Deezer, &id("1"), &body).expect("a track").candidates.remove(0);
    assert!(found.title.starts_with("<img src=x onerror=alert(1)> x") && found.title.chars().count() == 300);
    assert_eq!((found.artist.as_str(), found.album.as_str(), found.isrc.as_str()), ("", "a b", ""));
    assert_eq!((found.cover.as_str(), found.sound.as_ref(), found.duration_s), ("", None, 0.0));
    found.track().check().expect("it may stand in a catalogue");
}

#[test]
fn what_is_asked_cannot_leave_its_place_in_the_address() {
    for service in Service::ALL {
        for ask in [search("a&b=c#d/../\"é"), id("x/../y?z=1&w"), Ask::Isrc { isrc: "&x=1".into() }] {
            let Some(address) = Provider::new(service).address(&ask) else { continue };
            let rest = address.strip_prefix(service.address()).expect("its own address");
            assert!(
                !rest.contains(['#', '"', ' ', 'é']) && !rest.contains("b=c") && !rest.contains("/../"),
                "{address}"
            );
        }
    }
    let deezer = Provider::new(Service::Deezer).address(&search("x")).and_then(|url| Service::Deezer.jsonp(&url, "f"));
    assert!(deezer.is_some_and(|url| url.ends_with("&output=jsonp&callback=f")));
    assert_eq!(Service::Spotify.jsonp("https://x.example", "f"), None);
}

#[test]
fn signing_in_proves_itself_by_sha_256() {
    // RFC 7636, appendix B; RFC 7617, section 2.
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    assert_eq!(spotify::challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    assert_eq!(spotify::program_authorization("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    let url = spotify::sign_in(spotify::ACCOUNTS, "id", "http://127.0.0.1:7777/", "s", verifier);
    assert!(url.contains(
        "redirect_uri=http%3A%2F%2F127.0.0.1%3A7777%2F&state=s&code_challenge_method=S256&code_challenge=E9Mel"
    ));
    assert!(!url.contains(verifier));
    let good = br#"{"access_token":"abc","token_type":"Bearer","expires_in":3600,"refresh_token":"def"}"#;
    let token = spotify::read_token(&reply(200, good)).expect("a token");
    assert_eq!(
        (token.access_token.as_str(), token.refresh_token.as_deref(), token.expires_in),
        ("abc", Some("def"), 3600)
    );
    assert!(!format!("{token:?}").contains("abc"));
    let refusal = spotify::read_token(&reply(400, br#"{"error":"invalid_grant","error_description":"Revoked"}"#));
    let refusal = refusal.expect_err("a refusal");
    assert_eq!((refusal.trouble, refusal.said.as_str()), (Trouble::SignIn, "Revoked"));
    assert!(spotify::read_token(&reply(200, b"{\"access_token\":\"a\\nb\"}")).is_err());
}

#[test]
fn the_same_recording_is_told_from_others() {
    let wanted = candidate("Let It Be", "The Beatles", 243.0);
    let sure = |title: &str, artist: &str, seconds: f32| certainty(&wanted, &candidate(title, artist, seconds));
    for (title, artist, seconds) in [
        ("Let it be", "Beatles", 244.0),
        ("Let It Be (Remastered 2009)", "The Beatles", 243.5),
        ("Let It Be - 2021 Mono Version", "The Beatles feat. Billy Preston", 242.0),
        ("LET IT BE (feat. Billy Preston)", "The Beatles, Billy Preston", 243.0),
        ("Let It Be", "The Beatles", 0.0),
    ] {
        assert!(sure(title, artist, seconds) >= Certainty::LIKELY, "{title}: {:?}", sure(title, artist, seconds));
    }
    for (title, artist, seconds) in [
        ("Let It Be (Live)", "The Beatles", 243.0),
        ("Let It Be - Karaoke Version", "The Beatles", 243.0),
        ("Let It Be", "Tribute Stars", 243.0),
        ("Let It Be (Piano Cover)", "The Beatles", 243.0),
        ("Get Back", "The Beatles", 243.0),
        ("Let It Be", "The Beatles", 360.0),
    ] {
        assert!(sure(title, artist, seconds) < Certainty::POSSIBLE, "{title}: {:?}", sure(title, artist, seconds));
    }
    let bond = candidate("Live and Let Die", "Wings", 192.0);
    assert!(certainty(&bond, &candidate("Live And Let Die", "Wings", 192.0)) >= Certainty::LIKELY);
    let chk = candidate("!!!", "!!!", 100.0);
    assert!(certainty(&chk, &candidate("!!!", "!!!", 100.0)) >= Certainty::LIKELY);
    let coded = |title: &str| Candidate { isrc: "GBAYE0601690".into(), ..candidate(title, "x", 1.0) };
    assert_eq!(certainty(&coded("a"), &coded("b")), Certainty::SAME);
    assert!(certainty(&wanted, &candidate("Let It Be", "The Beatles", 243.0)) < Certainty::SAME);
}

/// The places of all values in `body`, as JSON pointers.
fn places(body: &Value, here: &str) -> Vec<String> {
    let inner: Vec<(String, &Value)> = match body {
        Value::Object(fields) => fields.iter().map(|(name, value)| (format!("{here}/{name}"), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(i, value)| (format!("{here}/{i}"), value)).collect(),
        _ => Vec::new(),
    };
    inner.iter().flat_map(|(place, value)| std::iter::once(place.clone()).chain(places(value, place))).collect()
}

fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "https?://[a-z.@:/\"<>{}%?#= \\n]{0,40}".prop_map(Value::from),
        "[0-9:.eE-]{1,12}".prop_map(Value::from),
        prop::collection::vec(any::<String>().prop_map(Value::from), 0..4).prop_map(Value::from),
        Just(json!({ "name": { "name": [] } })),
    ]
}

proptest! {
    #[test]
    fn no_answer_makes_a_panic_or_a_track_that_a_catalogue_refuses(
        changes in prop::collection::vec((any::<prop::sample::Index>(), anything()), 0..6),
    ) {
        let item = json!({ "metadata": { "identifier": "one", "title": "Pieces", "creator": "A", "date": "1931" },
            "files": [{ "name": "a b.mp3", "format": "VBR MP3", "original": "a.flac", "title": "Etude", "length": "3:05" }] });
        let song = json!({ "kind": "song", "trackId": 11, "trackName": "One", "artistName": "A", "previewUrl": "https://a.example/1.m4a",
            "trackViewUrl": "https://a.example/1", "trackTimeMillis": 183_460, "releaseDate": "1998-05-01T07:00:00Z" });
        let own = json!({ "id": "168", "name": "J", "duration": 183, "license_ccurl": "http://creativecommons.org/licenses/by-sa/3.0/",
            "audio": "https://a.example/?from=abc", "audiodownload": "https://a.example/168", "audiodownload_allowed": true });
        let album = Ask::Album { id: "one".into(), offset: 0 };
        let bodies = [
            (Service::Deezer, search("x"), json!({ "data": [deezer_track()], "total": 1 })),
            (Service::Spotify, search("x"), json!({ "tracks": { "items": [spotify_track()], "total": 1 } })),
            (Service::Itunes, search("x"), json!({ "results": [song] })),
            (Service::Jamendo, search("x"), jamendo(&json!([own]))),
            (Service::Archive, album, item),
        ];
        for (service, ask, mut body) in bodies {
            for (at, value) in &changes {
                let places = places(&body, "");
                if !places.is_empty() && let Some(found) = body.pointer_mut(at.get::<String>(&places)) {
                    *found = value.clone();
                }
            }
            let Ok(answer) = read(service, &ask, &body) else { continue };
            prop_assert!(!changes.is_empty() || answer.candidates.len() == 1, "{service:?}");
            for found in answer.candidates {
                prop_assert!(found.track().check().is_ok(), "{found:?}");
                prop_assert!(certainty(&found, &found).value() <= 1.0);
            }
        }
    }
}
