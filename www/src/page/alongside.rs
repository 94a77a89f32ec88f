//! The sound of a track that was chosen from the catalogue: nothing of it is known until it plays.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::Url;

use super::Page;
use crate::decode::{LONGEST_S, loudness};
use crate::services::sound;
use crate::sound::Sound;

/// Largest sound that is fetched a second time, in bytes.
const MOST_BYTES: usize = 32 << 20;

impl Page {
    /// A sound begins to play: draws its waveform and learns how loud it is, if its server lets a page read it.
    pub fn listen_alongside(self) {
        let is_short = |sound: &Sound| sound.duration_s > 0.0 && sound.duration_s <= LONGEST_S;
        let is_unknown = |sound: &Arc<Sound>| !sound.has_waveform() && is_short(sound) && may_read(&sound.url);
        let Some(heard) = self.sound.get_untracked().filter(is_unknown) else { return };
        let replace = |work: &mut super::Work| std::mem::replace(&mut work.alongside, heard.query);
        if self.work.try_update_value(replace) == Some(heard.query) {
            return;
        }
        spawn_local(async move {
            let Ok(file) = sound::fetch(&heard.url, &heard.name, MOST_BYTES).await else { return };
            let Some((loudness, duration_s)) = loudness(&file).await else { return };
            if self.sound.with_untracked(|now| now.as_ref().is_none_or(|now| now.query != heard.query)) {
                return;
            }
            self.player.set_loudness(&loudness);
            let drawn = Arc::new(Sound { loudness, duration_s, ..Sound::clone(&heard) });
            self.work.update_value(|work| work.settled = Some(Arc::clone(&drawn)));
            self.sound.set(Some(drawn));
        });
    }
}

/// Whether the page's policy lets it fetch from there.
fn may_read(url: &str) -> bool {
    let Ok(origin) =
        Url::new_with_base(url, &document().base_uri().ok().flatten().unwrap_or_default()).map(|url| url.origin())
    else {
        return false;
    };
    let policy = document().query_selector("meta[http-equiv=Content-Security-Policy]").ok().flatten();
    let policy = policy.and_then(|policy| policy.get_attribute("content")).unwrap_or_default();
    let of_fetching = policy.split(';').find(|part| part.trim_start().starts_with("connect-src")).unwrap_or_default();
    location().origin().is_ok_and(|own| own == origin)
        || of_fetching.split_whitespace().any(|allowed| allowed == origin)
}
