use super::*;
use crate::browser::{on_page, prepared};
use crate::collection::{Collection, scratch};
use crate::crowd;
use crate::mapped;
use crate::site::Site;

/// Takes WebGL away, and counts the rectangles that the last frame was drawn with.
const WITHOUT: &str = "
    const get = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
        return kind.startsWith('webgl') ? null : get.call(this, kind, ...rest);
    };
    const { clearRect, fillRect } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.clearRect = function (...at) {
        if (this.canvas.matches('.map-marks')) window.rectangles = 0;
        return clearRect.apply(this, at);
    };
    CanvasRenderingContext2D.prototype.fillRect = function (...at) {
        if (this.canvas.matches('.map-marks')) window.rectangles += 1;
        return fillRect.apply(this, at);
    };";

/// Most tracks that the page draws without WebGL.
const MOST: usize = 12_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_context_that_is_lost_leaves_the_map_and_comes_back() {
    let (folder, placed) = mapped::folder();
    let site = Site::start(folder).await;
    on_page(&site.address, |page| async move {
        open(&page, placed.len()).await?;
        let (_, before) = drawn(&page, ".map-canvas").await?;
        assert!(before > 1000, "{before} pixels");
        page.ask::<()>(
            "const context = document.querySelector('.map-canvas').getContext('webgl2');
             window.thief = context.getExtension('WEBGL_lose_context');
             window.thief.loseContext()",
        )
        .await?;
        let painter =
            |name: &str| format!("return document.querySelector('#map').dataset.painter === '{name}' || null");
        let _: bool = page.until("the map is drawn without WebGL", &painter("2d")).await?;
        assert!(drawn(&page, ".map-marks").await?.1 > 1000, "the map is blank");
        page.ask::<()>("window.thief.restoreContext()").await?;
        let _: bool = page.until("WebGL draws again", &painter("webgl2")).await?;
        assert_eq!(drawn(&page, ".map-canvas").await?.1, before);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_webgl_there_is_a_map_too() {
    let (folder, placed) = mapped::folder();
    let site = Site::start(folder).await;
    prepared(&site.address, WITHOUT, |page| async move {
        let map = open(&page, placed.len()).await?;
        assert_eq!(map.painter, "2d");
        assert_eq!(page.ask::<usize>("return window.rectangles").await?, placed.len());
        assert!(drawn(&page, ".map-marks").await?.1 > 1000, "the map is blank");
        mouse(&page, "mouseMoved", map.screen(own(placed, 7).at), false).await?;
        card(&page, STYLES[7].name).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_without_places_has_no_map() {
    let folder = scratch().join("unmapped");
    let mut segments = crowd::segments(&crowd::manifest(&Collection::get().catalogue));
    segments.iter_mut().flatten().for_each(|entry| (entry.position, entry.cluster) = (None, None));
    crowd::write(&folder, "unmapped", &segments[..1]);
    let site = Site::start(&folder).await;
    on_page(&site.address, |page| async move {
        page.neighbours_of(&Collection::get().cut(&STYLES[2])).await?;
        let rooms: u32 = page.ask("return document.querySelectorAll('#landscape, .map-swap, #explore').length").await?;
        assert_eq!(rooms, 0);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_webgl_a_large_map_is_sampled_and_whole_where_one_looks_closer() {
    let folder = mapped::large();
    let tracks = crowd::manifest(folder).tracks();
    let site = Site::start(folder).await;
    prepared(&site.address, WITHOUT, |page| async move {
        let map = open(&page, tracks).await?;
        let shown: usize = page.ask("return window.rectangles").await?;
        assert!(shown <= MOST && shown > MOST * 9 / 10, "{shown} of {tracks}");
        for _ in 0..3 {
            wheel(&page, map.screen((0.5, 0.5)), -500.0).await?;
        }
        let closer = seen_otherwise(&page, &map).await?;
        let share = (closer.width / closer.scale).min(1.0) * (closer.height / closer.scale).min(1.0);
        let expected = tracks as f64 * share;
        let shown: usize = page.ask("return window.rectangles").await?;
        assert!(shown as f64 > 0.9 * expected, "{shown} where about {expected:.0} lie");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_forced_colours_the_map_lies_on_the_systems_ground() {
    let (folder, placed) = mapped::folder();
    let site = Site::start(folder).await;
    on_page(&site.address, |page| async move {
        emulate_media(&page, &[("forced-colors", "active"), ("prefers-color-scheme", "dark")]).await?;
        open(&page, placed.len()).await?;
        page.ask::<()>("document.documentElement.dataset.theme = 'light'").await?;
        let system = "
            const probe = document.createElement('i');
            probe.style.setProperty('color', 'Canvas');
            probe.style.setProperty('forced-color-adjust', 'none');
            document.body.append(probe);
            return getComputedStyle(probe).color.match(/\\d+/g).slice(0, 3).map(Number);";
        let system: [u8; 3] = page.ask(system).await?;
        let corner = "return Array.from(pixels.data.slice(0, 3))";
        assert_eq!(pixels::<[u8; 3]>(&page, ".map-canvas", corner).await?, system);
        // Tracks stand out: of all pixels that are not ground, the lightest.
        let lightest = "
            let most = 0;
            for (let i = 0; i < pixels.data.length; i += 4) most = Math.max(most, pixels.data[i] + pixels.data[i + 1] + pixels.data[i + 2]);
            return most;";
        let ground: u32 = system.iter().map(|part| u32::from(*part)).sum();
        assert!(pixels::<u32>(&page, ".map-canvas", lightest).await? > ground + 250);
        Ok(())
    })
    .await;
}
