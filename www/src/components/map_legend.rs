use leptos::prelude::*;

use crate::clock::thousands;
use crate::page::Page;
use crate::protocol::{Colouring, Filter, Legend, Region};

/// The ways to colour the map, each with its value and its name.
const WAYS: [(Colouring, &str, &str); 5] = [
    (Colouring::Region, "region", "Region"),
    (Colouring::Style, "style", "Style"),
    (Colouring::Source, "source", "Source"),
    (Colouring::Year, "year", "Year"),
    (Colouring::Score, "score", "Likeness"),
];

/// What the colours mean. Choosing one filters the list, too.
#[component]
pub fn MapLegend() -> impl IntoView {
    let page = expect_context::<Page>();
    let map = page.landscape;
    let choose = move |event| {
        let value = event_target_value(&event);
        if let Some((way, ..)) = WAYS.into_iter().find(|way| way.1 == value) {
            page.colour_map(way);
        }
    };
    let answered = Memo::new(move |_| page.answer.with(Option::is_some));
    let value = move || WAYS.into_iter().find(|way| way.0 == map.colouring.get()).map_or("", |way| way.1);
    let option = move |(way, value, name): (Colouring, &'static str, &'static str)| {
        let missing = move || way == Colouring::Score && !answered.get();
        view! { <option value=value disabled=missing>{name}</option> }
    };
    let entries = move || {
        let legend = map.legend.get();
        match legend.colouring {
            Colouring::Region => view! { <Regions/> }.into_any(),
            Colouring::Style => view! { <Named legend at=|filter| &mut filter.style/> }.into_any(),
            Colouring::Source => view! { <Named legend at=|filter| &mut filter.source/> }.into_any(),
            Colouring::Year => view! { <Years legend/> }.into_any(),
            Colouring::Score => view! { <Scale legend class="map-scale-score" digits=2/> }.into_any(),
        }
    };
    view! {
        <details id="map-legend" class="map-legend" open=is_wide() on:toggle=move |_| page.draw_map_soon()>
            <summary class="map-legend-title">"Colours"</summary>
            <Maps/>
            <label class="map-legend-way">
                <span class="spoken">"Colour by"</span>
                <select id="map-colouring" prop:value=value on:change=choose>{WAYS.map(option).collect_view()}</select>
            </label>
            {entries}
        </details>
    }
}

/// Chooses the catalogue whose map is shown, where several have one.
#[component]
fn Maps() -> impl IntoView {
    let page = expect_context::<Page>();
    let map = page.landscape;
    let choose = move |event| {
        if let Ok(catalogue) = event_target_value(&event).parse() {
            page.show_map_of(catalogue);
        }
    };
    let option = move |(number, name): (u32, String)| {
        let chosen = move || map.of.get() == Some(number);
        view! { <option value=number.to_string() prop:selected=chosen>{name}</option> }
    };
    let options = move || map.maps.get().into_iter().map(option).collect_view();
    view! {
        <Show when=move || map.maps.with(|maps| maps.len() > 1)>
            <label class="map-legend-way">
                <span class="spoken">"Map of"</span>
                <select id="map-of" on:change=choose>{options}</select>
            </label>
        </Show>
    }
}

/// Whether there is room for the legend from the start.
fn is_wide() -> bool {
    window().inner_width().ok().and_then(|width| width.as_f64()).is_some_and(|width| width >= 720.0)
}

/// Categories; a click on one shows it alone, in the list, too.
#[component]
fn Named(
    /// What the colours mean.
    legend: Legend,
    /// Where the filter keeps a choice.
    at: fn(&mut Filter) -> &mut Option<String>,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let others = (legend.others > 0).then(|| {
        view! {
            <li class="map-key"><span class="map-dot" data-colour="other"></span>"Others"<span class="map-count">{thousands(legend.others)}</span></li>
        }
    });
    let entry = move |(place, (name, count)): (usize, (String, u32))| {
        let chosen = {
            let name = name.clone();
            Memo::new(move |_| page.filter.with(|filter| at(&mut filter.clone()).as_deref() == Some(name.as_str())))
        };
        let toggle = {
            let name = name.clone();
            move |_| {
                let choice = (!chosen.get_untracked()).then(|| name.clone());
                page.refilter(|filter| *at(filter) = choice);
            }
        };
        view! {
            <li>
                <button type="button" class="map-key" data-name=name.clone() aria-pressed=move || chosen.get().to_string() on:click=toggle>
                    <span class="map-dot" data-colour=place + 1></span>
                    <span class="map-key-name">{name.clone()}</span>
                    <span class="map-count">{thousands(count)}</span>
                </button>
            </li>
        }
    };
    view! { <ul class="map-keys">{legend.named.into_iter().enumerate().map(entry).collect_view()}{others}</ul> }
}

/// The coarsest regions; a click on one flies there.
#[component]
fn Regions() -> impl IntoView {
    let page = expect_context::<Page>();
    let map = page.landscape;
    let entry = move |region: Region| {
        let colour = (usize::from(region.colour).max(1) - 1) % crate::protocol::MOST_NAMED + 1;
        let (name, label, count) = (region.name.clone(), region.name.clone(), thousands(region.tracks));
        view! {
            <li>
                <button type="button" class="map-key" data-name=label on:click=move |_| page.fly_to_region(&region)>
                    <span class="map-dot" data-colour=colour></span>
                    <span class="map-key-name">{name}</span>
                    <span class="map-count">{count}</span>
                </button>
            </li>
        }
    };
    let coarsest = move || {
        let mut regions = map.regions.get();
        regions.retain(|region| region.level == 0);
        regions.sort_by_key(|region| std::cmp::Reverse(region.tracks));
        regions.into_iter().map(entry).collect_view()
    };
    view! { <ul class="map-keys">{coarsest}</ul> }
}

/// A scale with a button for each decade.
#[component]
fn Years(
    /// What the colours mean.
    legend: Legend,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let (first, last) = legend.ends.map_or((1, 0), |(first, last)| (first as u16, last as u16));
    let decade = move |start: u16| {
        let years = (start.max(first), (start + 9).min(last));
        let chosen = Memo::new(move |_| page.filter.with(|filter| filter.years == Some(years)));
        let toggle = move |_| {
            let choice = (!chosen.get_untracked()).then_some(years);
            page.refilter(|filter| filter.years = choice);
        };
        view! {
            <li>
                <button type="button" class="map-key" data-name=start aria-pressed=move || chosen.get().to_string() on:click=toggle>
                    {format!("{start}s")}
                </button>
            </li>
        }
    };
    let decades = (first..=last).map(|year| year / 10 * 10).fold(Vec::new(), |mut decades, decade| {
        if decades.last() != Some(&decade) {
            decades.push(decade);
        }
        decades
    });
    view! {
        <Scale legend class="map-scale-year" digits=0/>
        <ul class="map-keys map-keys-short">{decades.into_iter().map(decade).collect_view()}</ul>
    }
}

/// A scale of colours with both of its ends.
#[component]
fn Scale(
    /// What the colours mean.
    legend: Legend,
    /// Class of the bar.
    class: &'static str,
    /// Digits after the point.
    digits: usize,
) -> impl IntoView {
    match legend.ends {
        Some((first, last)) => view! {
            <div class=format!("map-scale {class}")></div>
            <p class="map-scale-ends"><span>{format!("{first:.digits$}")}</span><span>{format!("{last:.digits$}")}</span></p>
        }
        .into_any(),
        None => view! { <p class="map-scale-ends">"Not known yet"</p> }.into_any(),
    }
}
