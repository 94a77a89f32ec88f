use super::*;
use crate::browser::{on_page, prepared};
use crate::crowd;
use crate::mapped;
use crate::site::{Fault, Site};

/// Collects what is sent to the graphics processor: where it goes, and how much it is.
const UPLOADS: &str = "
    [window.rooms, window.uploads] = [[], []];
    const { bufferData, bufferSubData } = WebGL2RenderingContext.prototype;
    WebGL2RenderingContext.prototype.bufferData = function (target, data, ...rest) {
        window.rooms.push(data.byteLength ?? data);
        return bufferData.call(this, target, data, ...rest);
    };
    WebGL2RenderingContext.prototype.bufferSubData = function (target, at, data, ...rest) {
        window.uploads.push([at, data.byteLength]);
        return bufferSubData.call(this, target, at, data, ...rest);
    };";

/// Bytes of a track on the graphics processor.
const BYTES: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn what_has_come_of_the_map_stays_where_it_is_when_the_rest_comes() {
    let site = Site::start(mapped::large()).await;
    let segments = crowd::manifest(mapped::large()).segments;
    for segment in &segments[1..] {
        site.spoil(&format!("catalogue/{}", segment.sketch.name), Fault::Late(Duration::from_secs(5)));
    }
    let (some, all) = (segments[0].tracks, segments.iter().map(|segment| segment.tracks).sum::<usize>());
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        page.click("#explore").await?;
        let first: Seen = page
            .until("the first tracks are drawn", &SEEN.replace("if (", "if (map?.dataset.tracks === '0' || "))
            .await?;
        assert_eq!(first.tracks, some);
        wheel(&page, (first.left + 200.0, first.top + 200.0), -400.0).await?;
        let closer = seen_otherwise(&page, &first).await?;
        let whole = format!("return document.querySelector('#map').dataset.tracks === '{all}' || null");
        let _: bool = page.until("all tracks are drawn", &whole).await?;
        let last = seen(&page).await?;
        assert_eq!((last.x, last.y, last.scale), (closer.x, closer.y, closer.scale));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_come_of_the_map_is_not_sent_again_when_the_rest_comes() {
    let site = Site::start(mapped::large()).await;
    let segments = crowd::manifest(mapped::large()).segments;
    for (i, segment) in segments.iter().enumerate().skip(1) {
        site.spoil(&format!("catalogue/{}", segment.sketch.name), Fault::Late(Duration::from_secs(2 * i as u64)));
    }
    let tracks: Vec<usize> = segments.iter().map(|segment| segment.tracks).collect();
    let all = tracks.iter().sum::<usize>();
    prepared(&site.address, UPLOADS, |page| async move {
        open(&page, all).await?;
        assert_eq!(page.ask::<Vec<usize>>("return window.rooms").await?, [BYTES * all]);
        let uploads: Vec<(usize, usize)> = page.ask("return window.uploads").await?;
        for (i, count) in tracks.iter().enumerate() {
            let start = BYTES * tracks[..i].iter().sum::<usize>();
            let own: Vec<_> = uploads.iter().filter(|(at, _)| *at == start).collect();
            // Places and colours are two messages, between which a frame may be drawn.
            assert!((1..=2).contains(&own.len()), "{uploads:?}");
            assert!(own.iter().all(|(_, bytes)| *bytes == BYTES * count), "{uploads:?}");
        }
        Ok(())
    })
    .await;
}
