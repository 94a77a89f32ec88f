use crate::browser::on_page;
use crate::collection::Collection;
use crate::crowd;
use crate::music::STYLES;
use crate::page::Page;
use crate::site::Site;
use anyhow::Result;

/// Waits until the list is made of other rows than those of a crowd, or of nothing else.
async fn crowd_in_list(page: &Page, all: bool) -> Result<usize> {
    let script = format!(
        "const titles = [...document.querySelectorAll('#neighbours > li')].map(row => row.dataset.title);
         const crowd = titles.filter(title => title.startsWith('Crowd')).length;
         return titles.length && (crowd === titles.length) === {all} ? crowd : null"
    );
    page.until("the list is filtered", &script).await
}

async fn set(page: &Page, selector: &str, property: &str, value: &str) -> Result<()> {
    page.ask(&format!(
        "const element = document.querySelector('{selector}');
         element.{property} = {value};
         element.dispatchEvent(new Event('change', {{ bubbles: true }}))"
    ))
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_changes_the_list_at_once_and_can_be_taken_back() {
    let site = Site::start(crowd::folder()).await;
    on_page(&site.address, |page| async move {
        let all = page.neighbours_of(&Collection::get().cut(&STYLES[2])).await?;
        assert_eq!(all[0].title, STYLES[2].name);
        page.click("#filters > summary").await?;

        set(&page, "#filter-style", "value", "'crowd'").await?;
        assert_eq!(crowd_in_list(&page, true).await?, 10);
        page.click("#filter-none").await?;
        crowd_in_list(&page, false).await?;
        assert_eq!(page.rows().await?, all);

        set(&page, "#filter-artist", "checked", "true").await?;
        let one = "const titles = [...document.querySelectorAll('#neighbours > li')].map(row => row.dataset.title);
            return titles.filter(title => title.startsWith('Crowd')).length <= 1 || null";
        let _: bool = page.until("the artist comes once", one).await?;
        assert_eq!(page.rows().await?.len(), 10);

        set(&page, "#filter-style", "value", "'crowd'").await?;
        let alone = "return document.querySelectorAll('#neighbours > li').length === 1 || null";
        let _: bool = page.until("one artist of one style is left", alone).await?;
        Ok(())
    })
    .await;
}
