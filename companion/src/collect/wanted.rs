//! What a service is asked for at first.

use sonoscape::services::Ask;

/// The genres that a walk starts from unless told otherwise.
const GENRES: &str = include_str!("genres.txt");

/// What to collect; each may be given several times.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
pub struct Wanted {
    /// Tracks that match these words.
    #[arg(long, value_name = "WORDS")]
    search: Vec<String>,
    /// Tracks of a playlist: its id or the address of its page.
    #[arg(long, value_name = "ID")]
    playlist: Vec<String>,
    /// Tracks of an album, or of an item of the Internet Archive.
    #[arg(long, value_name = "ID")]
    album: Vec<String>,
    /// Tracks of an artist.
    #[arg(long, value_name = "ID")]
    artist: Vec<String>,
    /// Tracks of a genre's artists; `all` stands for 126 genres.
    #[arg(long, value_name = "GENRE")]
    genre: Vec<String>,
}

impl Wanted {
    /// As questions; `hops` is how far a walk goes from each artist of a genre.
    pub fn seeds(&self, hops: u8) -> Vec<Ask> {
        let all = |given: &[String], make: &dyn Fn(String) -> Ask| {
            given.iter().map(|text| make(text.clone())).collect::<Vec<_>>()
        };
        let genres: Vec<String> = self
            .genre
            .iter()
            .flat_map(|genre| if genre == "all" { GENRES.split_whitespace().collect() } else { vec![genre.as_str()] })
            .map(str::to_owned)
            .collect();
        [
            all(&self.search, &|words| Ask::Search { words, offset: 0 }),
            all(&self.playlist, &|id| Ask::Playlist { id: id_of(&id), offset: 0 }),
            all(&self.album, &|id| Ask::Album { id: id_of(&id), offset: 0 }),
            all(&self.artist, &|id| Ask::Artist { id: id_of(&id), name: String::new(), offset: 0 }),
            all(&genres, &|id| Ask::Genre { id, hops, offset: 0 }),
        ]
        .concat()
    }
}

/// An id, also out of the address of a page.
fn id_of(text: &str) -> String {
    let is_page = text.starts_with("https://") || text.starts_with("http://");
    let page = text.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    if is_page { page.rsplit('/').next().unwrap_or_default().to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_also_found_in_the_address_of_a_page() {
        assert_eq!(id_of("https://open.spotify.com/playlist/37i9dQ?si=abc"), "37i9dQ");
        assert_eq!(id_of("https://archive.org/details/some_item/"), "some_item");
        assert_eq!(id_of("37i9dQ"), "37i9dQ");
    }

    #[test]
    fn a_walk_starts_from_126_genres() {
        let wanted =
            Wanted { search: vec![], playlist: vec![], album: vec![], artist: vec![], genre: vec!["all".into()] };
        let seeds = wanted.seeds(2);
        assert_eq!(seeds.len(), 126);
        assert_eq!(seeds[0], Ask::Genre { id: "acoustic".into(), hops: 2, offset: 0 });
    }
}
