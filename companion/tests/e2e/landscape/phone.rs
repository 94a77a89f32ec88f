use super::*;
use crate::browser::on_page;
use crate::collection::Collection;
use crate::mapped;
use crate::site::Site;
use thirtyfour::prelude::Key;

/// Sizes of phones' screens in CSS pixels.
const PHONES: [(u32, u32); 2] = [(360, 740), (412, 915)];

/// Least side of what a finger touches, in CSS pixels.
const TARGET: f64 = 44.0;

/// Something's place on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    fn holds(&self, (x, y): (f64, f64)) -> bool {
        (self.left..self.right).contains(&x) && (self.top..self.bottom).contains(&y)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    fn area(&self) -> f64 {
        (self.right - self.left) * (self.bottom - self.top)
    }
}

async fn boxes(page: &Page, selector: &str) -> Result<Vec<Area>> {
    let script = format!(
        "return [...document.querySelectorAll('{selector}')].map(element => {{
             const {{ left, top, right, bottom }} = element.getBoundingClientRect();
             return {{ left, top, right, bottom }};
         }})"
    );
    page.ask(&script).await
}

async fn hold(page: &Page, (width, height): (u32, u32)) -> Result<()> {
    let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": true });
    page.browser().cdp().send_raw("Emulation.setDeviceMetricsOverride", screen).await?;
    let fingers = json!({ "enabled": true, "maxTouchPoints": 5 });
    page.browser().cdp().send_raw("Emulation.setTouchEmulationEnabled", fingers).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_nothing_covers_what_is_tapped_and_fingers_find_every_button() {
    let (folder, placed) = mapped::folder();
    let lattice = || placed.iter().filter(|track| (0.3..0.6).contains(&track.at.0));
    let by_height = |a: &&Placed, b: &&Placed| a.at.1.total_cmp(&b.at.1);
    let high = lattice().filter(|track| track.at.1 < 0.8).max_by(by_height).expect("a track above");
    let low = lattice().filter(|track| track.at.1 > 0.1).min_by(by_height).expect("a track below");
    let site = Site::start(folder).await;
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        for phone in PHONES {
            hold(&page, phone).await?;
            page.browser().refresh().await?;
            let map = open(&page, placed.len()).await?;
            let frame = boxes(&page, "#map").await?[0];
            assert!(frame.right <= f64::from(phone.0) && frame.bottom <= f64::from(phone.1), "{frame:?}");

            let buttons = boxes(&page, "#landscape .map-tool, #map-legend > summary").await?;
            assert!(buttons.len() >= 9, "{buttons:?}");
            for (i, button) in buttons.iter().enumerate() {
                assert!(button.right - button.left >= TARGET && button.bottom - button.top >= TARGET, "{button:?}");
                assert!(buttons[..i].iter().all(|other| !button.overlaps(other)), "{buttons:?}");
            }
            let above: f64 = boxes(&page, "#map-tools, #map-zooms, #map-legend").await?.iter().map(Area::area).sum();
            assert!(above < 0.25 * frame.area(), "{above} of {}", frame.area());

            for track in [high, low, own(placed, 7)] {
                let at = map.screen(track.at);
                tap(&page, at).await?;
                card(&page, &track.title).await?;
                let card = boxes(&page, "#map-card").await?[0];
                assert!(!card.holds(at), "{track:?} at {at:?} is below its card {card:?}");
                assert!(card.left >= frame.left && card.right <= frame.right, "{card:?}");
                assert!(!buttons.iter().any(|button| card.overlaps(button)), "{card:?}");
                page.press(Key::Escape).await?;
                let closed = "return document.querySelector('#map-card') === null || null";
                let _: bool = page.until("the card is gone", closed).await?;
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_map_and_list_take_turns() {
    let (folder, _) = mapped::folder();
    let site = Site::start(folder).await;
    on_page(&site.address, |page| async move {
        hold(&page, PHONES[0]).await?;
        page.engine_is_ready().await?;
        page.neighbours_of(&Collection::get().cut(&STYLES[4])).await?;
        let shown = |selector: &str| format!("return document.querySelector('{selector}').checkVisibility()");
        assert!(!page.ask::<bool>(&shown("#map")).await?);
        page.click(".map-swap [data-side=Map]").await?;
        seen(&page).await?;
        assert!(!page.ask::<bool>(&shown("#neighbours")).await?);
        let wide: bool = page.ask("return document.documentElement.scrollWidth > innerWidth").await?;
        assert!(!wide, "the page scrolls sideways");
        page.click(".map-swap [data-side=List]").await?;
        assert!(page.ask::<bool>(&shown("#neighbours")).await?);
        Ok(())
    })
    .await;
}
