use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;

use super::icon::{Icon, IconView};
use super::offer_rows::offer_rows;
use crate::clock::{minutes, thousands};
use crate::page::{From, Page};
use crate::protocol::names::{Hit, Key};
use crate::shortcuts::leave_search;

/// Longest text that is looked for, in characters.
const LONGEST: u32 = 200;

/// Tracks of the catalogue that are shown beside what a service offers.
const HITS_BESIDE_OFFERS: usize = 3;

/// The box in which names are typed, and what is found. ARIA's pattern of an editable combobox with a list.
#[component]
pub fn SearchBox() -> impl IntoView {
    let page = expect_context::<Page>();
    let finder = page.finder;
    let input = NodeRef::<Input>::new();
    let open = Memo::new(move |_| finder.open.get() && !finder.text.with(|text| text.trim().is_empty()));
    let active = move || {
        let index = finder.active.get().filter(|_| open.get());
        index.map(|index| format!("found-{index}"))
    };
    let on_key = move |event: ev::KeyboardEvent| {
        if event.is_composing() || !press(page, &event.key()) {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        if event.key() == "Escape"
            && finder.text.with_untracked(String::is_empty)
            && let Some(input) = input.get_untracked()
        {
            // Leaving what has the focus cannot fail.
            let _ = input.blur();
        }
    };
    view! {
        <search class="search" on:focusout=move |event| close_when_left(page, &event)>
            <IconView icon=Icon::Search/>
            <input
                id="search"
                node_ref=input
                class="search-box"
                type="search"
                role="combobox"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                maxlength=LONGEST
                placeholder="Search by name"
                aria-label="Search by name"
                aria-autocomplete="list"
                aria-expanded=move || open.get().to_string()
                aria-controls="found"
                aria-activedescendant=active
                prop:value=move || finder.text.get()
                on:focus=move |_| {
                    page.want_names();
                    finder.open.set(true);
                }
                on:input=move |event| page.find(event_target_value(&event))
                on:keydown=on_key
            />
            <kbd class="search-key" aria-hidden="true">"/"</kbd>
            <div id="found-room" class="found" hidden=move || !open.get() on:pointerdown=|event| event.prevent_default()>
                <ul id="found" role="listbox" aria-label="What was found">
                    {move || options(page)}
                </ul>
                <NamesStanding/>
            </div>
        </search>
    }
}

/// Tracks of the catalogue, then what services offer; fewer of the catalogue once a service was asked.
fn options(page: Page) -> impl IntoView {
    let mut hits = page.finder.hits.get();
    if page.offers.asked.with(Option::is_some) {
        hits.truncate(HITS_BESIDE_OFFERS);
    }
    let offers = offer_rows(page, hits.len());
    let row = |(index, hit): (usize, Hit)| view! { <HitRow index hit/> };
    view! { {hits.into_iter().enumerate().map(row).collect_view()} {offers} }
}

#[component]
fn HitRow(
    /// Its place among the options.
    index: usize,
    /// The track.
    hit: Hit,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let title = if hit.title.is_empty() { "Untitled".to_owned() } else { hit.title.clone() };
    let of = [hit.artist.clone(), hit.album.clone()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
    let length = (hit.duration_s > 0).then(|| minutes(hit.duration_s.into()));
    let near = (!hit.whole).then(|| view! { <span class="found-near">"near"</span> });
    let key = Key::Place(hit.place);
    view! {
        <Choice index kind="catalogue" choose=move || {
                leave_search();
                page.choose(vec![key.clone()], From::List);
            }>
            <span class="found-mark"><IconView icon=Icon::Wave/></span>
            <span class="found-who">
                <span class="found-title">{title}</span>
                <span class="found-by">{of.join(" · ")}</span>
            </span>
            {near}
            <span class="found-source" title="Where it is heard">{hit.source}</span>
            <span class="time">{length}</span>
        </Choice>
    }
}

/// One of the options, which arrow keys walk.
#[component]
pub fn Choice(
    /// Its place among them.
    index: usize,
    /// A word for programs.
    kind: &'static str,
    /// What choosing it does.
    choose: impl Fn() + Clone + 'static,
    /// What it shows.
    children: Children,
) -> impl IntoView {
    let finder = expect_context::<Page>().finder;
    let active = move || finder.active.get() == Some(index);
    view! {
        <li
            id=format!("found-{index}")
            class="found-row"
            class:found-active=active
            role="option"
            aria-selected=move || active().to_string()
            data-kind=kind
            on:pointermove=move |_| finder.active.set(Some(index))
            on:click=move |_| choose()
        >
            {children()}
        </li>
    }
}

/// How far the names are, and what can be done when nothing is found.
#[component]
fn NamesStanding() -> impl IntoView {
    let page = expect_context::<Page>();
    let words = move || {
        let names = page.finder.names.get();
        let none = page.finder.hits.with(Vec::is_empty);
        match (names.failure, names.whole, names.named) {
            (Some(failure), ..) => failure.sentence,
            (None, false, 0) => "Fetching the names of the catalogue’s tracks".to_owned(),
            (None, false, named) => format!("{} names so far", thousands(named)),
            (None, true, 0) => "This catalogue came without names. Drop a file to find what sounds like it.".to_owned(),
            (None, true, named) if none => {
                format!("None of the catalogue’s {} tracks is called so.", thousands(named))
            }
            (None, true, named) => format!("among {} tracks of the catalogue", thousands(named)),
        }
    };
    view! { <p id="names" class="found-note" role="status">{words}</p> }
}

/// Whether a key did something.
fn press(page: Page, key: &str) -> bool {
    let finder = page.finder;
    let count = count();
    let step = |by: isize| {
        if !finder.open.get_untracked() {
            return finder.open.set(true);
        }
        // From the box itself, one step up leads to the last option and one down to the first.
        let now = finder.active.get_untracked().map_or(0, |index| index as isize + 1);
        let next = (now + by).rem_euclid(count as isize + 1);
        finder.active.set(usize::try_from(next - 1).ok());
        show_active(next - 1);
    };
    match key {
        "ArrowDown" => step(1),
        "ArrowUp" => step(-1),
        "Enter" if finder.open.get_untracked() => match finder.active.get_untracked() {
            Some(index) => click(index),
            // The first hit; never a service that nobody has chosen.
            None if finder.hits.with_untracked(|hits| !hits.is_empty()) => click(0),
            None => {}
        },
        "Enter" => {}
        "Escape" if finder.open.get_untracked() && !finder.text.with_untracked(String::is_empty) => {
            finder.open.set(false);
        }
        "Escape" => {
            finder.open.set(false);
            page.find(String::new());
            finder.open.set(false);
        }
        _ => return false,
    }
    true
}

fn count() -> usize {
    (0..).take_while(|index| option(*index).is_some()).count()
}

fn click(index: usize) {
    if let Some(option) = option(index) {
        option.click();
    }
}

fn show_active(index: isize) {
    if let Some(option) = usize::try_from(index).ok().and_then(option) {
        let nearest = web_sys::ScrollIntoViewOptions::new();
        nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
        option.scroll_into_view_with_scroll_into_view_options(&nearest);
    }
}

fn option(index: usize) -> Option<web_sys::HtmlElement> {
    use wasm_bindgen::JsCast;
    document().get_element_by_id(&format!("found-{index}"))?.dyn_into().ok()
}

fn close_when_left(page: Page, event: &ev::FocusEvent) {
    use wasm_bindgen::JsCast;
    let to = event.related_target().and_then(|to| to.dyn_into::<web_sys::Element>().ok());
    if to.is_none_or(|to| to.closest(".search").ok().flatten().is_none()) {
        page.finder.open.set(false);
    }
}
