use leptos::prelude::*;

use super::attribution::Attribution;
use super::icon::{Icon, IconView};
use super::timeline::Timeline;
use crate::page::Page;
use crate::player::{Player, Side};

/// The player, always there: one sound at a time, the dropped one against a neighbour.
#[component]
pub fn PlayerBar() -> impl IntoView {
    let page = expect_context::<Page>();
    let player = page.player;
    let silent = Memo::new(move |_| player.url_a.with(Option::is_none) && player.neighbour.with(Option::is_none));
    let icon = Signal::derive(move || if player.playing.get() { Icon::Pause } else { Icon::Play });
    let label = move || if player.playing.get() { "Pause" } else { "Play" };
    let track = move || {
        player
            .neighbour
            .with(|neighbour| neighbour.as_ref().map_or_else(|| "Choose a track".to_owned(), |n| n.track.title.clone()))
    };
    view! {
        <section id="player" class="player" class:player-silent=silent aria-label="Player">
            <button id="play" type="button" class="round" aria-label=label disabled=silent on:click=move |_| player.toggle()>
                <IconView icon/>
            </button>
            <div class="sides" role="group" aria-label="Compare at the matching moment">
                <SideButton side=Side::A id="side-a" letter="A" disabled=Memo::new(move |_| player.url_a.with(Option::is_none))>"Your sound"</SideButton>
                <SideButton side=Side::B id="side-b" letter="B" disabled=Memo::new(move |_| player.neighbour.with(Option::is_none))>
                    {track}
                </SideButton>
            </div>
            <Timeline/>
            <Loudness/>
            <Attribution/>
            <audio
                id="audio-a"
                node_ref=player.audio_a
                preload="auto"
                on:play=move |_| {
                    player.follow(Side::A);
                    page.listen_alongside();
                }
                on:pause=move |_| player.follow(Side::A)
                on:ended=move |_| player.follow(Side::A)
                on:seeked=move |_| player.follow(Side::A)
                on:timeupdate=move |_| player.follow(Side::A)
                on:durationchange=move |_| player.follow(Side::A)
            ></audio>
            <NeighbourAudio which=0/>
            <NeighbourAudio which=1/>
        </section>
    }
}

/// One of the two elements that play neighbours by turns. The one that does not only fetches.
#[component]
fn NeighbourAudio(
    /// Which of the two.
    which: usize,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let player = page.player;
    let front = move || player.front.get_untracked() == which;
    let follow = move || {
        if front() {
            player.follow(Side::B);
        }
    };
    let end = move |_| {
        follow();
        if front() && !page.play_next_of_tour() {
            page.play_next(1);
        }
    };
    let fail = move |_| {
        if front() {
            player.fail();
        }
    };
    view! {
        <audio
            id=move || if player.front.get() == which { "audio-b" } else { "audio-ahead" }
            node_ref=player.audios_b[which]
            preload="auto"
            crossorigin="anonymous"
            on:play=move |_| follow()
            on:pause=move |_| follow()
            on:ended=end
            on:seeked=move |_| follow()
            on:timeupdate=move |_| follow()
            on:durationchange=move |_| follow()
            on:error=fail
        ></audio>
    }
}

/// Turns the player to one of the two sounds.
#[component]
fn SideButton(
    /// Which sound.
    side: Side,
    /// The element's id.
    id: &'static str,
    /// The key that does the same.
    letter: &'static str,
    /// Whether there is no such sound.
    disabled: Memo<bool>,
    /// What the sound is called.
    children: Children,
) -> impl IntoView {
    let player = expect_context::<Page>().player;
    let meant = move || player.side.get() == side;
    view! {
        <button
            id=id
            type="button"
            class="side"
            aria-pressed=move || meant().to_string()
            disabled=disabled
            on:click=move |_| turn(player, side)
        >
            <kbd>{letter}</kbd>
            <span class="side-name">{children()}</span>
        </button>
    }
}

/// A click on the sound that is meant already does not pause it, as the key does.
fn turn(player: Player, side: Side) {
    if player.side.get_untracked() != side || !player.playing.get_untracked() {
        player.compare(side);
    }
}

#[component]
fn Loudness() -> impl IntoView {
    let player = expect_context::<Page>().player;
    let change = move |event| player.set_volume(event_target_value(&event).parse().unwrap_or(1.0));
    let fill = move || format!("{:.1}%", player.volume.get() * 100.0);
    let matched = move || {
        let change = player.change_db.get().filter(|_| player.side.get() == Side::B)?;
        let words = format!(
            "Made {:.1} dB {} so that both sounds are equally loud: by the root mean square of what is not quiet, measured while it plays.",
            change.abs(),
            if change < 0.0 { "quieter" } else { "louder" }
        );
        Some(view! { <span id="matched" class="matched" title=words>{format!("{change:+.1} dB")}</span> })
    };
    view! {
        {matched}
        <label class="loudness">
            <IconView icon=Icon::Loudness/>
            <span class="spoken">"Volume"</span>
            <input
                id="volume"
                type="range"
                class="slider"
                min="0"
                max="1"
                step="0.01"
                prop:value=move || player.volume.get().to_string()
                style=("--fill", fill)
                on:input=change
            />
        </label>
    }
}
