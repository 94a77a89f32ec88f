use leptos::prelude::*;

use super::icon::{Icon, IconView};
use crate::page::Page;
use crate::problem::{Problem, Retry};

/// What went wrong, in one sentence, with what can be done about it.
#[component]
pub fn ProblemBar() -> impl IntoView {
    let page = expect_context::<Page>();
    let bar = move |problem: Problem| {
        view! {
            <div id="problem" class="problem" role="alert" data-kind=problem.kind>
                <p>{problem.sentence}</p>
                <Show when=move || problem.retry != Retry::No>
                    <button id="retry" type="button" class="button button-quiet" on:click=move |_| page.retry()>
                        "Try again"
                    </button>
                </Show>
                <button id="dismiss" type="button" class="switch" aria-label="Dismiss" on:click=move |_| page.problem.set(None)>
                    <IconView icon=Icon::Close/>
                </button>
            </div>
        }
    };
    move || page.problem.get().map(bar)
}
