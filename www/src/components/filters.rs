use leptos::prelude::*;

use crate::clock::thousands;
use crate::page::Page;
use crate::protocol::{Choices, Filter};

/// What the list leaves out, folded away until it is wanted.
#[component]
pub fn Filters() -> impl IntoView {
    let page = expect_context::<Page>();
    let used = Memo::new(move |_| page.filter.with(|filter| *filter != Filter::default()));
    view! {
        <details id="filters" class="filters" class:filters-used=used>
            <summary class="filters-title">"Filter"</summary>
            <div class="filters-room">
                <Choice id="filter-style" label="Style" of=|choices| &choices.styles at=|filter| &mut filter.style/>
                <Choice id="filter-licence" label="Licence" of=|choices| &choices.licences at=|filter| &mut filter.licence/>
                <Choice id="filter-source" label="Source" of=|choices| &choices.sources at=|filter| &mut filter.source/>
                <Years/>
                <label class="filter-switch">
                    <input
                        id="filter-artist"
                        type="checkbox"
                        prop:checked=move || page.filter.with(|filter| filter.one_per_artist)
                        on:change=move |event| page.refilter(|filter| filter.one_per_artist = event_target_checked(&event))
                    />
                    "One track of each artist"
                </label>
                <Show when=move || used.get()>
                    <button
                        id="filter-none"
                        type="button"
                        class="button button-quiet"
                        on:click=move |_| page.refilter(|filter| *filter = Filter::default())
                    >
                        "Show all"
                    </button>
                </Show>
            </div>
        </details>
    }
}

/// One of the catalogue's words, or any.
#[component]
fn Choice(
    /// Its element.
    id: &'static str,
    /// What is chosen.
    label: &'static str,
    /// The words.
    of: fn(&Choices) -> &Vec<(String, u32)>,
    /// Where the choice is kept.
    at: fn(&mut Filter) -> &mut Option<String>,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let offered = Memo::new(move |_| page.choices.with(|choices| of(choices).clone()));
    let chosen = move || page.filter.with(|filter| at(&mut filter.clone()).clone().unwrap_or_default());
    let options = move || {
        let option = |(word, tracks): (String, u32)| {
            let text = format!("{word} ({})", thousands(tracks));
            view! { <option value=word>{text}</option> }
        };
        offered.get().into_iter().map(option).collect_view()
    };
    let choose = move |event| {
        let word = event_target_value(&event);
        page.refilter(|filter| *at(filter) = (!word.is_empty()).then_some(word));
    };
    view! {
        <Show when=move || offered.with(|offered| !offered.is_empty())>
            <label class="filter">
                <span class="filter-label">{label}</span>
                <select id=id prop:value=chosen on:change=choose>
                    <option value="">"Any"</option>
                    {options}
                </select>
            </label>
        </Show>
    }
}

/// First and last year.
#[component]
fn Years() -> impl IntoView {
    let page = expect_context::<Page>();
    let bounds =
        Memo::new(move |_| page.choices.with(|choices| Some((choices.years.first()?.0, choices.years.last()?.0))));
    let shown = move |pick: fn((u16, u16)) -> u16| {
        move || page.filter.with(|filter| filter.years).or(bounds.get()).map(pick).unwrap_or_default().to_string()
    };
    let change = move |put: fn(&mut (u16, u16), u16)| {
        move |event| {
            let Ok(year) = event_target_value(&event).parse() else { return };
            let mut years =
                page.filter.with_untracked(|filter| filter.years).or(bounds.get_untracked()).unwrap_or_default();
            put(&mut years, year);
            page.refilter(|filter| filter.years = (Some(years) != bounds.get_untracked()).then_some(years));
        }
    };
    view! {
        <Show when=move || bounds.get().is_some_and(|(first, last)| first < last)>
            <fieldset class="filter filter-years">
                <legend class="filter-label">"Years"</legend>
                <input
                    id="filter-first-year"
                    type="number"
                    aria-label="First year"
                    prop:value=shown(|years| years.0)
                    on:change=change(|years, year| years.0 = year)
                />
                <span aria-hidden="true">"to"</span>
                <input
                    id="filter-last-year"
                    type="number"
                    aria-label="Last year"
                    prop:value=shown(|years| years.1)
                    on:change=change(|years, year| years.1 = year)
                />
            </fieldset>
        </Show>
    }
}
