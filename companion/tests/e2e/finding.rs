use crate::browser::on_page;
use crate::collection::Collection;
use crate::companion::Server;
use crate::music::{SAMPLE_RATE, STYLES, noise};
use crate::page::{Row, Side};
use crate::wav;

/// How many neighbours the page shows.
const SHOWN: usize = 10;

fn served() -> (&'static Collection, Server) {
    let collection = Collection::get();
    (collection, Server::start(&collection.catalogue, &collection.music))
}

fn check_order(rows: &[Row]) {
    assert_eq!(rows.len(), SHOWN);
    assert!(rows.windows(2).all(|pair| pair[0].score >= pair[1].score), "{rows:?}");
    let scores = rows.iter().flat_map(|row| [row.score, row.time_score, row.frequency_score]);
    assert!(scores.into_iter().all(|score| (-1.0..=1.0).contains(&score)), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_part_of_a_track_finds_its_own_track_first_and_plays() {
    let (collection, server) = served();
    on_page(&server.address, |page| async move {
        let rows = page.neighbours_of(&collection.cut(&STYLES[2])).await?;
        check_order(&rows);
        assert_eq!(rows[0].title, STYLES[2].name);

        page.play_row(0).await?;
        page.is_heard(Side::B).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn noise_is_close_to_nothing_and_what_is_found_is_more_tonal() {
    let (collection, server) = served();
    let noise = collection.file("noise.wav", &wav::pcm16(&noise(20), 1, SAMPLE_RATE));
    on_page(&server.address, |page| async move {
        let searched = "return document.querySelector('#searched').textContent";
        page.neighbours_of(&collection.cut(&STYLES[3])).await?;
        assert!(page.ask::<String>(searched).await?.starts_with("among "));
        let rows = page.neighbours_of(&noise).await?;
        assert!(page.ask::<String>(searched).await?.starts_with("nothing close among "), "{rows:?}");
        let differences =
            "return [...document.querySelectorAll('.differences')].map(each => each.firstChild.textContent)";
        let differences: Vec<String> = page.ask(differences).await?;
        assert!(differences.iter().any(|words| words.contains("more tonal")), "{differences:?}");
        assert!(!differences.iter().any(|words| words.contains("noisier")), "{differences:?}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_piece_is_its_own_nearest() {
    let (collection, server) = served();
    on_page(&server.address, |page| async move {
        for style in &STYLES {
            let rows = page.neighbours_of(&collection.cut(style)).await?;
            check_order(&rows);
            assert_eq!(rows[0].title, style.name);
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dropped_sound_and_a_neighbour_are_compared_by_ear() {
    let (collection, server) = served();
    on_page(&server.address, |page| async move {
        page.neighbours_of(&collection.cut(&STYLES[0])).await?;
        page.play_row(1).await?;
        page.is_heard(Side::B).await?;
        page.click("#side-a").await?;
        page.is_heard(Side::A).await?;
        page.click("#side-b").await?;
        page.is_heard(Side::B).await?;
        page.click("#play").await?;
        page.is_silent().await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_may_be_dropped_anywhere_on_the_window_or_pasted() {
    let (collection, server) = served();
    on_page(&server.address, |page| async move {
        page.engine_is_ready().await?;
        page.drop_file(&collection.cut(&STYLES[4])).await?;
        assert_eq!(page.neighbours_after(0).await?[0].title, STYLES[4].name);
        page.paste_file(&collection.cut(&STYLES[5])).await?;
        assert_eq!(page.neighbours_after(1).await?[0].title, STYLES[5].name);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_needs_no_file_at_hand() {
    let (_, server) = served();
    on_page(&server.address, |page| async move {
        page.engine_is_ready().await?;
        page.click("#example").await?;
        check_order(&page.neighbours_after(0).await?);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sound_is_drawn() {
    let (collection, server) = served();
    on_page(&server.address, |page| async move {
        page.neighbours_of(&collection.cut(&STYLES[7])).await?;
        let _: bool = page
            .until(
                "the spectrogram is painted",
                "return document.querySelector('#spectrogram')?.dataset.drawn === 'true' || null",
            )
            .await?;
        let colours: usize = page
            .ask(
                "const canvas = document.querySelector('#spectrogram');
                 const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
                 return new Set(new Uint32Array(pixels.buffer)).size",
            )
            .await?;
        assert!(colours > 50, "a picture of {colours} colours is no spectrogram");
        Ok(())
    })
    .await;
}
