use crate::browser::on_page;
use crate::collection::{Collection, scratch};
use crate::companion::{Server, built_site};
use crate::crowd;
use crate::music::STYLES;
use crate::page::Page;
use crate::site::{Fault, Site};
use anyhow::Result;
use sonoscape::catalogue::SegmentEntry;
use std::time::Duration;

/// Longer than a first answer takes.
const SLOW: Duration = Duration::from_secs(6);

/// Longer than a test takes.
const WITHHELD: Duration = Duration::from_secs(3600);

fn codes(segment: &SegmentEntry) -> String {
    format!("catalogue/{}", segment.codes.name)
}

/// Shards asked for, without the manifest.
fn shards(site: &Site) -> Vec<String> {
    site.asked().into_iter().filter(|file| file.starts_with("catalogue/") && file.ends_with(".bin")).collect()
}

async fn titles(page: &Page) -> Result<Vec<String>> {
    page.ask("return [...document.querySelectorAll('#neighbours > li')].map(row => row.dataset.title)").await
}

/// How many tracks the page says it has searched.
async fn searched(page: &Page) -> Result<usize> {
    let text: String = page.ask("return document.querySelector('#searched').textContent").await?;
    Ok(text.chars().filter(char::is_ascii_digit).collect::<String>().parse()?)
}

/// Waits until the whole catalogue has been searched.
async fn is_sharp(page: &Page) -> Result<()> {
    let script = "const row = document.querySelector('#neighbours > li');
        return !document.querySelector('#arriving') && row?.dataset.timeScore ? true : null";
    page.until("the list is exact", script).await.map(|_: bool| ())
}

async fn everything_is_here(page: &Page, site: &Site) -> Result<()> {
    page.engine_is_ready().await?;
    page.neighbours_of(&Collection::get().cut(&STYLES[2])).await?;
    is_sharp(page).await?;
    page.until("the catalogue is kept", &is_kept(site)).await.map(|_: bool| ())
}

/// A script that tells whether the browser keeps a manifest; the answer comes at a later call.
fn is_kept(site: &Site) -> String {
    format!(
        "caches.open('sonoscape-catalogue').then(cache => cache.match('{}catalogue/manifest.json'))
             .then(found => {{ window.isKept = Boolean(found); }});
         return window.isKept || null",
        site.address
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_look_comes_before_the_codes_and_sharpens_when_they_arrive() {
    let collection = Collection::get();
    let site = Site::start(crowd::folder()).await;
    for segment in &crowd::manifest(crowd::folder()).segments {
        site.spoil(&codes(segment), Fault::Late(SLOW));
    }
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        page.choose(&collection.cut(&STYLES[2])).await?;
        let looked = "const note = document.querySelector('#arriving')?.textContent;
            return note && document.querySelectorAll('#neighbours > li').length === 10 ? note : null";
        let note: String = page.until("there is a first look", looked).await?;
        assert!(note.contains("MB"), "{note}");
        assert!(titles(&page).await?.contains(&STYLES[2].name.to_owned()));
        is_sharp(&page).await?;
        assert_eq!(titles(&page).await?[0], STYLES[2].name);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_visit_answers_without_a_download() {
    let site = Site::start(crowd::folder()).await;
    on_page(&site.address, |page| {
        let site = &site;
        async move {
            everything_is_here(&page, site).await?;
            let before = shards(site).len();
            site.spoil("catalogue", Fault::Late(WITHHELD));
            page.browser().refresh().await?;
            everything_is_here(&page, site).await?;
            assert_eq!(searched(&page).await?, 18_014);
            assert_eq!(shards(site)[before..], [""; 0]);
            Ok(())
        }
    })
    .await;
}

/// A catalogue, a browser that has visited it, and what is to become of it.
async fn visited(name: &str, then: impl AsyncFnOnce(&Page, &Site, &mut dyn FnMut(&[usize])) -> Result<()>) {
    let folder = scratch().join(name);
    let mut segments = crowd::segments(&crowd::manifest(&Collection::get().catalogue));
    crowd::write(&folder, "crowd", &segments);
    let site = Site::start(&folder).await;
    let mut shorten = |which: &[usize]| {
        which.iter().for_each(|segment| segments[*segment].truncate(5900));
        crowd::write(&folder, "crowd", &segments);
    };
    on_page(&site.address, |page| {
        let (site, shorten) = (&site, &mut shorten);
        async move {
            everything_is_here(&page, site).await?;
            then(&page, site, shorten).await
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_fetches_only_what_changed_and_takes_the_place_of_what_is_in_use() {
    visited("crowd-update", async |page, site, shorten| {
        shorten(&[1]);
        let update = crowd::manifest(site.catalogue());
        let (tracks, changed) = (update.tracks(), &update.segments[1]);
        let before = shards(site).len();
        page.browser().refresh().await?;
        let in_use = format!("return document.querySelector('#app').dataset.found === '{tracks}' || null");
        page.until("the update is in use", &in_use).await.map(|_: bool| ())?;
        everything_is_here(page, site).await?;
        assert_eq!(searched(page).await?, tracks);
        let mut asked = shards(site)[before..].to_vec();
        asked.retain(|file| !file.contains("/text-"));
        assert_eq!(asked, [format!("catalogue/{}", changed.sketch.name), codes(changed)]);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_does_not_come_leaves_the_old_catalogue_in_use() {
    visited("crowd-unfinished", async |page, site, shorten| {
        shorten(&[0, 1, 2]);
        let spoilt = codes(&crowd::manifest(site.catalogue()).segments[2]);
        site.spoil(&spoilt, Fault::Missing);
        page.browser().refresh().await?;
        everything_is_here(page, site).await?;
        site.was_asked_for(&spoilt).await;
        page.choose(&Collection::get().cut(&STYLES[9])).await?;
        page.neighbours_after(1).await?;
        assert_eq!(titles(page).await?[0], STYLES[9].name);
        assert_eq!(searched(page).await?, 18_014);
        assert_eq!(page.present_problem().await?, None);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_was_broken_off_leaves_the_old_catalogue() {
    visited("crowd-broken-off", async |page, site, shorten| {
        shorten(&[0, 1, 2]);
        let segments = crowd::manifest(site.catalogue()).segments;
        segments[1..].iter().for_each(|segment| site.spoil(&codes(segment), Fault::Late(SLOW)));
        page.browser().refresh().await?;
        site.was_asked_for(&codes(&segments[1])).await;
        page.browser().goto("about:blank").await?;

        site.spoil("catalogue", Fault::Broken);
        page.browser().goto(&site.address).await?;
        everything_is_here(page, site).await?;
        assert_eq!(searched(page).await?, 18_014);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection_loses_only_what_had_not_arrived() {
    let site = Site::start(crowd::folder()).await;
    let last = codes(&crowd::manifest(crowd::folder()).segments[2]);
    site.spoil(&last, Fault::Broken);
    on_page(&site.address, |page| {
        let (site, last) = (&site, &last);
        async move {
            let problem = page.problem().await?;
            assert_eq!(problem.kind, "network", "{}", problem.sentence);
            page.choose(&Collection::get().cut(&STYLES[2])).await?;
            let found = "return document.querySelectorAll('#neighbours > li').length === 10 || null";
            let _: bool = page.until("what has arrived answers", found).await?;

            site.mend();
            let before = shards(site).len();
            page.click("#fetch-rest").await?;
            everything_is_here(&page, site).await?;
            let asked: Vec<_> =
                shards(site)[before..].iter().filter(|file| !file.contains("/text-")).cloned().collect();
            assert_eq!(asked, std::slice::from_ref(last));
            Ok(())
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_once_is_not_worth_a_word() {
    let site = Site::start(crowd::folder()).await;
    let last = codes(&crowd::manifest(crowd::folder()).segments[2]);
    site.spoil(&last, Fault::Once(Box::new(Fault::Broken)));
    on_page(&site.address, |page| {
        let site = &site;
        async move {
            everything_is_here(&page, site).await?;
            assert_eq!(page.present_problem().await?, None);
            Ok(())
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tracks_whose_names_do_not_come_are_told_of() {
    let site = Site::start(crowd::folder()).await;
    on_page(&site.address, |page| {
        let site = &site;
        async move {
            everything_is_here(&page, site).await?;
            site.spoil("catalogue/text-", Fault::Missing);
            page.choose(&Collection::get().cut(&STYLES[9])).await?;
            let problem = page.problem().await?;
            assert_eq!(problem.kind, "catalogue", "{}", problem.sentence);
            assert_eq!(titles(&page).await?[0], STYLES[2].name, "the last result went away");
            site.mend();
            page.click("#retry").await?;
            page.neighbours_after(1).await?;
            assert_eq!(titles(&page).await?[0], STYLES[9].name);
            Ok(())
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_catalogue_and_the_demos_are_searched_as_one() {
    let collection = Collection::get();
    let server = Server::with(&collection.catalogue, &collection.music, &["--with-demo"]);
    let folders = [collection.catalogue.clone(), built_site().join("catalogue")];
    let tracks: usize = folders.iter().map(|folder| crowd::manifest(folder).tracks()).sum();
    on_page(&server.address, |page| async move {
        let rows = page.neighbours_of(&collection.cut(&STYLES[2])).await?;
        assert_eq!(rows[0].title, STYLES[2].name);
        let searched: String = page.ask("return document.querySelector('#searched').textContent").await?;
        assert!(searched.ends_with(&format!(" {tracks} tracks")), "{searched}");
        assert!(rows.iter().any(|row| STYLES.iter().all(|style| style.name != row.title)), "{rows:?}");
        Ok(())
    })
    .await;
}
