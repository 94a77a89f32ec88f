//! The shapes of the services' answers, as documented.

use serde_json::{Value, json};

use super::query::Query;
use super::world::{Piece, matching};
use super::{Settings, signed};

/// What is known and how it is told.
pub struct Teller<'a> {
    pub pieces: &'a [Piece],
    pub settings: &'a Settings,
    /// Address of the stand-in.
    pub address: &'a str,
    pub hostile: bool,
}

/// A title that means harm wherever it is not shown as text.
pub const HOSTILE: &str = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>\u{202e}'; DROP TABLE found; --";

const FIRST_DEEZER: usize = 1_000_000;
const FIRST_ITUNES: usize = 2_000_000;
const FIRST_JAMENDO: usize = 3_000_000;

impl Teller<'_> {
    /// The answer of a service to a path and its query; none where there is no such thing.
    pub fn tell(&self, service: &str, path: &[&str], query: &Query) -> Option<Value> {
        match service {
            "deezer" => self.deezer(path, query),
            "itunes" => self.itunes(path, query),
            "jamendo" => self.jamendo(path, query),
            "archive" => self.archive(path, query),
            "spotify" => self.spotify(path, query),
            _ => None,
        }
    }

    fn title(&self, piece: &Piece) -> String {
        if self.hostile { format!("{HOSTILE} {}", piece.number) } else { piece.title.clone() }
    }

    fn piece(&self, id: &str, first: usize) -> Option<&Piece> {
        self.pieces.get(id.parse::<usize>().ok()?.checked_sub(first)?)
    }

    fn slice<T>(all: &[T], skip: usize, limit: usize) -> &[T] {
        all.get(skip..(skip + limit).min(all.len())).unwrap_or_default()
    }

    fn of(&self, of: impl Fn(&Piece) -> bool) -> Vec<usize> {
        self.pieces.iter().filter(|piece| of(piece)).map(|piece| piece.number).collect()
    }

    fn deezer(&self, path: &[&str], query: &Query) -> Option<Value> {
        let list = |found: &[usize]| {
            let (skip, limit) = (query.number("index", 0), query.number("limit", 25).min(100));
            let data: Vec<Value> =
                Self::slice(found, skip, limit).iter().map(|n| self.deezer_track(*n, false)).collect();
            let next = (skip + limit < found.len()).then(|| format!("{}/deezer/next", self.address));
            json!({ "data": data, "total": found.len(), "next": next })
        };
        let artist = |number: usize| {
            let name = &self.pieces.iter().find(|piece| piece.artist_number == number)?.artist;
            Some(json!({ "id": number + 1, "name": name, "type": "artist" }))
        };
        let artists = |numbers: &mut dyn Iterator<Item = usize>| json!({ "data": numbers.filter_map(artist).collect::<Vec<_>>() });
        Some(match path {
            ["search"] => list(&matching(self.pieces, &query.get("q"))),
            ["track", code] if code.starts_with("isrc:") => {
                let found = self.pieces.iter().find(|piece| piece.isrc == code[5..] && self.deezer_has(piece.number));
                found.map_or_else(no_data, |piece| self.deezer_track(piece.number, true))
            }
            ["track", id] => {
                self.piece(id, FIRST_DEEZER).map_or_else(no_data, |piece| self.deezer_track(piece.number, true))
            }
            ["playlist", _, "tracks"] => list(&self.of(|piece| piece.number % 3 == 0)),
            ["album", id, "tracks"] => list(&self.of(|piece| piece.album_number + 1 == id.parse().unwrap_or(0))),
            ["artist", id, "top"] => list(&self.of(|piece| piece.artist_number + 1 == id.parse().unwrap_or(0))),
            ["artist", id, "related"] => {
                let number: usize = id.parse().ok()?;
                artists(&mut [number, number + 1].into_iter())
            }
            ["genre", _, "artists"] => artists(&mut (0..2)),
            _ => no_data(),
        })
    }

    fn deezer_has(&self, number: usize) -> bool {
        number % 10 != 9
    }

    fn deezer_track(&self, number: usize, whole: bool) -> Value {
        let piece = &self.pieces[number];
        let preview = if self.settings.has_preview(number) {
            signed(self.address, "deezer", number, self.settings)
        } else {
            String::new()
        };
        let mut track = json!({ "id": FIRST_DEEZER + number, "title": self.title(piece), "duration": piece.duration_s,
            "rank": piece.popularity * 10_000, "preview": preview, "type": "track", "readable": true,
            "link": format!("https://www.deezer.com/track/{}", FIRST_DEEZER + number),
            "artist": { "id": piece.artist_number + 1, "name": piece.artist },
            "album": { "id": piece.album_number + 1, "title": piece.album, "cover_medium": format!("{}/cover/{number}.svg", self.address) } });
        if whole {
            track["isrc"] = piece.isrc.clone().into();
            track["release_date"] = format!("{}-05-01", piece.year).into();
        }
        track
    }

    fn itunes(&self, path: &[&str], query: &Query) -> Option<Value> {
        let found = match path {
            ["search"] => matching(self.pieces, &query.get("term")),
            ["lookup"] => {
                let ids = query.get("id");
                ids.split(',').filter_map(|id| Some(self.piece(id, FIRST_ITUNES)?.number)).collect()
            }
            _ => return None,
        };
        let (skip, limit) = (query.number("offset", 0), query.number("limit", 50).min(200));
        let results: Vec<Value> =
            Self::slice(&found, skip, limit).iter().map(|number| self.itunes_track(*number)).collect();
        Some(json!({ "resultCount": results.len(), "results": results }))
    }

    fn itunes_track(&self, number: usize) -> Value {
        let piece = &self.pieces[number];
        let id = FIRST_ITUNES + number;
        let mut track = json!({ "wrapperType": "track", "kind": "song", "trackId": id, "trackName": self.title(piece),
            "artistName": piece.artist, "collectionName": piece.album, "trackTimeMillis": piece.duration_s * 1000,
            "releaseDate": format!("{}-05-01T07:00:00Z", piece.year), "primaryGenreName": piece.genre,
            "trackViewUrl": format!("https://music.apple.com/track/{id}"),
            "artworkUrl100": format!("{}/cover/{number}.svg", self.address) });
        if self.settings.has_preview(number) {
            track["previewUrl"] = format!("{}/audio/itunes/{number}.wav", self.address).into();
        }
        track
    }

    fn jamendo(&self, path: &[&str], query: &Query) -> Option<Value> {
        let ["v3.0", "tracks", ..] = path else { return None };
        let head = |code: u8, status: &str, message: &str, all: usize, results: &[Value]| {
            json!({ "headers": { "status": status, "code": code, "error_message": message, "warnings": "",
                "results_count": results.len(), "results_fullcount": all }, "results": results })
        };
        if query.get("client_id") != super::JAMENDO_CLIENT {
            return Some(head(5, "failed", "Your credential is not authorized.", 0, &[]));
        }
        let number = |name: &str| query.get(name).parse::<usize>().ok();
        let found = if let Some(piece) = self.piece(&query.get("id"), FIRST_JAMENDO) {
            vec![piece.number]
        } else if let Some(album) = number("album_id") {
            self.of(|piece| piece.album_number == album)
        } else if let Some(artist) = number("artist_id") {
            self.of(|piece| piece.artist_number == artist)
        } else {
            matching(self.pieces, &format!("{} {}", query.get("search"), query.get("fuzzytags")))
        };
        let (skip, limit) = (query.number("offset", 0), query.number("limit", 10).min(200));
        let results: Vec<Value> =
            Self::slice(&found, skip, limit).iter().map(|number| self.jamendo_track(*number)).collect();
        Some(head(0, "success", "", found.len(), &results))
    }

    fn jamendo_track(&self, number: usize) -> Value {
        let piece = &self.pieces[number];
        let id = FIRST_JAMENDO + number;
        json!({ "id": id.to_string(), "name": self.title(piece), "duration": piece.duration_s, "artist_id": piece.artist_number.to_string(),
            "artist_name": piece.artist, "album_id": piece.album_number.to_string(), "album_name": piece.album,
            "license_ccurl": "http://creativecommons.org/licenses/by-sa/3.0/", "releasedate": format!("{}-05-01", piece.year),
            "audio": signed(self.address, "jamendo", number, self.settings),
            "audiodownload": format!("{}/audio/jamendo/{number}.wav", self.address), "audiodownload_allowed": number % 4 != 3,
            "shareurl": format!("https://www.jamendo.com/track/{id}"), "image": format!("{}/cover/{number}.svg", self.address),
            "musicinfo": { "tags": { "genres": [piece.genre], "instruments": [], "vartags": [] } } })
    }

    fn archive(&self, path: &[&str], query: &Query) -> Option<Value> {
        match path {
            ["advancedsearch.php"] => {
                let words = query.get("q");
                let words = words.split(" AND ").next().unwrap_or_default();
                let mut items: Vec<usize> =
                    matching(self.pieces, words).iter().map(|n| self.pieces[*n].album_number).collect();
                items.dedup();
                let (rows, page) = (query.number("rows", 50), query.number("page", 1).max(1));
                let docs: Vec<Value> = Self::slice(&items, (page - 1) * rows, rows)
                    .iter()
                    .map(|item| json!({ "identifier": format!("item-{item}") }))
                    .collect();
                Some(
                    json!({ "responseHeader": { "status": 0 }, "response": { "numFound": items.len(), "start": (page - 1) * rows, "docs": docs } }),
                )
            }
            ["metadata", item] => {
                let Some(album) = item.strip_prefix("item-").and_then(|n| n.parse::<usize>().ok()) else {
                    return Some(json!({}));
                };
                let mine: Vec<&Piece> = self.pieces.iter().filter(|piece| piece.album_number == album).collect();
                let Some(first) = mine.first() else { return Some(json!({})) };
                let file = |piece: &&Piece| {
                    json!([{ "name": format!("{:02} piece.flac", piece.number), "format": "Flac", "source": "original" },
                        { "name": format!("{:02} piece.mp3", piece.number), "original": format!("{:02} piece.flac", piece.number),
                          "format": "VBR MP3", "source": "derivative", "title": self.title(piece), "length": format!("{}.5", piece.duration_s) }])
                };
                let files: Vec<Value> =
                    mine.iter().flat_map(|piece| file(piece).as_array().cloned().unwrap_or_default()).collect();
                Some(
                    json!({ "metadata": { "identifier": item, "title": first.album, "creator": first.artist, "date": first.year.to_string(),
                    "licenseurl": "https://creativecommons.org/licenses/by/4.0/" }, "files": files }),
                )
            }
            _ => None,
        }
    }

    fn spotify(&self, path: &[&str], query: &Query) -> Option<Value> {
        let page = |found: &[usize], most: usize, wrap: &dyn Fn(Value) -> Value| {
            let (skip, limit) = (query.number("offset", 0), query.number("limit", 5).min(most));
            let items: Vec<Value> =
                Self::slice(found, skip, limit).iter().map(|number| wrap(self.spotify_track(*number))).collect();
            json!({ "items": items, "total": found.len(), "limit": limit, "offset": skip, "next": null })
        };
        let artists = |numbers: &mut dyn Iterator<Item = usize>| {
            let artist = |number: usize| {
                let name = &self.pieces.iter().find(|piece| piece.artist_number == number)?.artist;
                Some(json!({ "id": format!("artist{number}"), "name": name, "type": "artist" }))
            };
            numbers.filter_map(artist).collect::<Vec<_>>()
        };
        let artist = |id: &str| id.strip_prefix("artist").and_then(|n| n.parse::<usize>().ok());
        Some(match path {
            ["v1", "search"] if query.number("limit", 5) > 10 => return None,
            ["v1", "search"] if query.get("type") == "artist" => {
                let mut found: Vec<usize> =
                    matching(self.pieces, &query.get("q")).iter().map(|n| self.pieces[*n].artist_number).collect();
                found.dedup();
                let (skip, limit) = (query.number("offset", 0), query.number("limit", 5));
                let items = artists(&mut Self::slice(&found, skip, limit).iter().copied());
                json!({ "artists": { "items": items, "total": found.len() } })
            }
            ["v1", "search"] => json!({ "tracks": page(&matching(self.pieces, &query.get("q")), 10, &|track| track) }),
            ["v1", "tracks", id] => self.spotify_track(self.piece(id.strip_prefix("sp")?, 0)?.number),
            ["v1", "playlists", _, "items"] => {
                page(&self.of(|piece| piece.number % 3 == 0), 50, &|track| json!({ "item": track, "is_local": false }))
            }
            ["v1", "albums", id, "tracks"] => {
                page(&self.of(|piece| format!("album{}", piece.album_number) == *id), 50, &|track| track)
            }
            ["v1", "artists", id, "top-tracks"] if self.settings.extended => {
                let tracks: Vec<Value> = self
                    .of(|piece| Some(piece.artist_number) == artist(id))
                    .iter()
                    .take(10)
                    .map(|n| self.spotify_track(*n))
                    .collect();
                json!({ "tracks": tracks })
            }
            ["v1", "artists", id, "related-artists"] if self.settings.extended => {
                let number = artist(id)?;
                json!({ "artists": artists(&mut [number + 1].into_iter()) })
            }
            _ => return None,
        })
    }

    fn spotify_track(&self, number: usize) -> Value {
        let piece = &self.pieces[number];
        let preview = (self.settings.extended && self.settings.has_preview(number))
            .then(|| signed(self.address, "spotify", number, self.settings));
        json!({ "type": "track", "id": format!("sp{number}"), "name": self.title(piece), "duration_ms": piece.duration_s * 1000,
            "preview_url": preview, "artists": [{ "id": format!("artist{}", piece.artist_number), "name": piece.artist }],
            "external_ids": { "isrc": piece.isrc }, "popularity": piece.popularity, "is_local": false,
            "album": { "id": format!("album{}", piece.album_number), "name": piece.album, "release_date": format!("{}-05-01", piece.year),
                "images": [{ "url": format!("{}/cover/{number}.svg", self.address), "width": 300, "height": 300 }] } })
    }
}

fn no_data() -> Value {
    json!({ "error": { "type": "DataException", "message": "no data", "code": 800 } })
}

/// What each service says inside an answer with status 200 when it refuses; none where it always uses the status.
pub fn refusal(service: &str) -> Option<Value> {
    match service {
        "deezer" => Some(json!({ "error": { "type": "Exception", "message": "Quota limit exceeded", "code": 4 } })),
        "jamendo" => Some(
            json!({ "headers": { "status": "failed", "code": 6, "error_message": "Rate limit exceeded" }, "results": [] }),
        ),
        _ => None,
    }
}
