use crate::browser::on_page;
use crate::collection::Collection;
use crate::companion::Server;
use crate::music::STYLES;
use crate::page::{Page, Side};
use crate::site::{Fault, Site};
use anyhow::Result;
use serde::Deserialize;
use thirtyfour::prelude::*;

/// What the search box offers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Found {
    pub kind: String,
    pub title: String,
    pub text: String,
}

pub const FOUND: &str = "[...document.querySelectorAll('#found [role=option]')].map(row => ({
    kind: row.dataset.kind, title: row.querySelector('.found-title').textContent, text: row.innerText,
}))";

/// Types into the search box, letter by letter.
pub async fn type_name(page: &Page, text: &str) -> Result<()> {
    page.click("#search").await?;
    page.press(text).await
}

/// Waits until the first tracks of the catalogue that the box offers are these.
pub async fn offers_first(page: &Page, title: &str) -> Result<Vec<Found>> {
    let title = serde_json::to_string(title)?;
    let script = format!("const found = {FOUND}; return found[0]?.title === {title} ? found : null");
    page.until("the track is found", &script).await
}

async fn hash(page: &Page) -> Result<String> {
    page.ask("return location.hash").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_with_typing_errors_finds_its_track_whose_neighbours_come_without_its_sound() {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        let name = STYLES[4].name;
        let (first, rest) = name.split_at(name.char_indices().nth(2).map_or(1, |(place, _)| place));
        let mut wrong = first.to_owned();
        let mut letters: Vec<char> = rest.chars().collect();
        letters.swap(0, 1);
        wrong.extend(letters);
        type_name(&page, &wrong).await?;
        let found = offers_first(&page, name).await?;
        assert_eq!(found[0].kind, "catalogue");
        page.press(Key::Down + Key::Enter).await?;
        let rows = page.neighbours_after(0).await?;
        assert!(rows.iter().all(|row| row.title != name), "{rows:?}");
        assert_eq!(rows.len(), 10);
        let said: String = page.ask("return document.querySelector('#sound-name').textContent").await?;
        assert!(said.contains(name), "{said}");
        assert!(hash(&page).await?.starts_with("#track="));
        assert_eq!(page.ask::<Vec<String>>("return window.violations").await?, Vec::<String>::new());
        Ok(())
    })
    .await;
    assert!(site.asked().iter().any(|file| file.starts_with("catalogue/names-")));
    assert!(!site.asked().iter().any(|file| file.starts_with("audio/")), "{:?}", site.asked());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chosen_track_plays_against_its_neighbours() {
    let collection = Collection::get();
    let server = Server::start(&collection.catalogue, &collection.music);
    on_page(&server.address, |page| async move {
        page.engine_is_ready().await?;
        type_name(&page, STYLES[6].name).await?;
        offers_first(&page, STYLES[6].name).await?;
        page.press(Key::Down + Key::Enter).await?;
        page.neighbours_after(0).await?;
        page.click("#play").await?;
        page.is_heard(Side::A).await?;
        page.play_row(0).await?;
        page.is_heard(Side::B).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_open_tracks_and_searches_and_the_back_button_goes_back() {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    let address = site.address.clone();
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        type_name(&page, STYLES[1].name).await?;
        offers_first(&page, STYLES[1].name).await?;
        page.press(Key::Enter).await?;
        let rows = page.neighbours_after(0).await?;
        let link = hash(&page).await?;
        page.browser().back().await?;
        let empty = "return document.querySelector('#app').dataset.state === 'empty' || null";
        let _: bool = page.until("the first screen is back", empty).await?;

        page.browser().goto(format!("{address}?fresh{link}")).await?;
        let again = page.neighbours_after(0).await?;
        assert_eq!(again, rows);

        page.browser().goto(format!("{address}?query={}", STYLES[9].name.replace(' ', "%20"))).await?;
        offers_first(&page, STYLES[9].name).await?;

        page.browser().goto(format!("{address}#track=nowhere:nothing")).await?;
        page.browser().refresh().await?;
        let problem = page.problem().await?;
        assert_eq!(problem.kind, "absent");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_box_is_a_combobox_for_the_keyboard() {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        page.press("/").await?;
        let focused: String = page.ask("return document.activeElement.id").await?;
        assert_eq!(focused, "search");
        page.press(STYLES[3].name).await?;
        offers_first(&page, STYLES[3].name).await?;
        let active = "return document.querySelector('#search').getAttribute('aria-activedescendant')";
        let expanded = "return document.querySelector('#search').getAttribute('aria-expanded')";
        assert_eq!(page.ask::<Option<String>>(active).await?, None);
        page.press(Key::Down).await?;
        assert_eq!(page.ask::<Option<String>>(active).await?.as_deref(), Some("found-0"));
        page.press(Key::Up + Key::Up).await?;
        assert_ne!(page.ask::<Option<String>>(active).await?.as_deref(), Some("found-0"));
        page.press(Key::Escape).await?;
        assert_eq!(page.ask::<String>(expanded).await?, "false");
        page.press(Key::Escape).await?;
        assert_eq!(page.ask::<String>("return document.querySelector('#search').value").await?, "");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_do_not_come_are_said_so_and_asked_for_again() {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    site.spoil("catalogue/names-", Fault::Missing);
    let (mended, address) = (&site, site.address.clone());
    on_page(&address, |page| async move {
        page.engine_is_ready().await?;
        type_name(&page, "a").await?;
        let words = "return document.querySelector('#names').textContent.includes('names-') || null";
        let _: bool = page.until("the reason is told", words).await?;
        mended.mend();
        page.press(Key::Escape + Key::Escape).await?;
        type_name(&page, STYLES[2].name).await?;
        offers_first(&page, STYLES[2].name).await?;
        Ok(())
    })
    .await;
}
