use leptos::prelude::*;

use super::attribution::TrackCredit;
use crate::page::Page;

/// What is said of a sound that was found by name.
#[component]
pub fn OriginCard() -> impl IntoView {
    let page = expect_context::<Page>();
    let origin = Memo::new(move |_| page.origin());
    move || {
        origin.get().map(|origin| {
            let track = origin.track.clone();
            let cover = (!origin.cover.is_empty()).then(|| {
                view! { <img class="origin-cover" src=origin.cover.clone() alt="" width="72" height="72" referrerpolicy="no-referrer"/> }
            });
            view! {
                <div id="origin" class="origin">
                    {cover}
                    <div>
                        <p class="origin-way">{origin.way.clone()}</p>
                        <p class="origin-credit"><TrackCredit track/></p>
                    </div>
                </div>
            }
        })
    }
}
