use super::*;
use crate::browser::on_page;
use crate::collection::Collection;
use crate::companion::{Server, built_site};
use crate::crowd;
use crate::mapped;
use crate::site::Site;
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread")]
async fn the_legend_filters_map_and_list_alike() {
    let (folder, placed) = mapped::folder();
    let site = Site::start(folder).await;
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        page.neighbours_of(&Collection::get().cut(&STYLES[2])).await?;
        colour_by(&page, "style").await?;
        let entry = "return document.querySelector('#map-legend [data-name=crowd]') !== null || null";
        let _: bool = page.until("the legend names the style", entry).await?;
        page.click("#map-legend [data-name=crowd]").await?;
        let filtered = "
            const titles = [...document.querySelectorAll('#neighbours > li')].map(row => row.dataset.title);
            const all = titles.length === 10 && titles.every(title => title.startsWith('Crowd'));
            return all && document.querySelector('#filter-style').value === 'crowd' || null";
        let _: bool = page.until("the list is filtered", filtered).await?;
        page.click("#zoom-whole").await?;
        let map = seen(&page).await?;
        page.click("#tool-box").await?;
        let (low, high) = ((0.3, 0.4), (0.5, 0.6));
        drag(&page, &[map.screen(low), map.screen((0.4, 0.5)), map.screen(high)]).await?;
        let titles = listed(&page).await?;
        let inside = |track: &&Placed| (low.0..high.0).contains(&track.at.0) && (low.1..high.1).contains(&track.at.1);
        let (crowd, others): (Vec<_>, Vec<_>) = placed.iter().filter(inside).partition(|track| track.style == "crowd");
        assert!(!others.is_empty());
        let crowd: BTreeSet<_> = crowd.into_iter().map(|track| track.title.clone()).collect();
        assert_eq!(titles.into_iter().collect::<BTreeSet<_>>(), crowd);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_colours_say_what_is_chosen() {
    let (folder, placed) = mapped::folder();
    let site = Site::start(folder).await;
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        page.neighbours_of(&Collection::get().cut(&STYLES[4])).await?;
        page.click("#zoom-whole").await?;
        let map = seen(&page).await?;
        // Of the colours around a track the one that stands out most from the ground.
        let at = map.screen(own(placed, 11).at);
        let colour = format!(
            "const ratio = pixels.width / {};
             const [x, y] = [{}, {}].map(place => Math.round(place * ratio));
             const at = (x, y) => Array.from(pixels.data.slice(4 * (y * pixels.width + x), 4 * (y * pixels.width + x) + 3));
             const ground = at(0, 0), off = colour => colour.reduce((sum, part, i) => sum + Math.abs(part - ground[i]), 0);
             let found = ground;
             for (let i = -3; i <= 3; i++) for (let j = -3; j <= 3; j++) if (off(at(x + i, y + j)) > off(found)) found = at(x + i, y + j);
             return found;",
            map.width,
            at.0 - map.left,
            at.1 - map.top
        );
        let mut colours = BTreeSet::new();
        for (way, legend) in [("region", ".map-keys"), ("style", ".map-keys [data-name=crowd]"), ("score", ".map-scale-score")] {
            colour_by(&page, way).await?;
            let said = format!("return document.querySelector('#map-legend {legend}') !== null || null");
            let _: bool = page.until("the legend says what the colours mean", &said).await?;
            colours.insert(pixels::<[u8; 3]>(&page, ".map-canvas", &colour).await?);
        }
        assert_eq!(colours.len(), 3, "{colours:?}");
        let ends = "return [...document.querySelectorAll('.map-scale-ends span')].map(end => Number(end.textContent))";
        let ends: Vec<f64> = page.ask(ends).await?;
        assert!(ends[0] < ends[1] && ends[1] > 0.5 && ends[1] <= 1.0, "{ends:?}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_maps_one_is_chosen() {
    let (folder, placed) = mapped::folder();
    let demo = crowd::manifest(&built_site().join("catalogue"));
    let server = Server::with(folder, &Collection::get().music, &["--with-demo"]);
    on_page(&server.address, |page| async move {
        page.engine_is_ready().await?;
        page.click("#explore").await?;
        let names = "const names = [...document.querySelectorAll('#map-of option')].map(option => option.textContent);
            return names.length === 2 ? names : null";
        let names: Vec<String> = page.until("both maps can be chosen", names).await?;
        assert!(names.contains(&demo.name), "{names:?}");
        for (name, tracks) in [(demo.name.as_str(), demo.tracks()), ("mapped", placed.len())] {
            let value = format!(
                "return [...document.querySelectorAll('#map-of option')].find(option => option.textContent === {}).value",
                json!(name)
            );
            choose(&page, "#map-of", &page.ask::<String>(&value).await?).await?;
            let shown = format!("return document.querySelector('#map').dataset.tracks === '{tracks}' || null");
            let _: bool = page.until("the other map is shown", &shown).await?;
            let facts: String = page.ask("return document.querySelector('#landscape-facts').textContent").await?;
            assert!(facts.ends_with(name), "{facts}");
        }
        let map = seen(&page).await?;
        drag(&page, &[map.screen(own(placed, 5).at)]).await?;
        card(&page, STYLES[5].name).await
    })
    .await;
}
