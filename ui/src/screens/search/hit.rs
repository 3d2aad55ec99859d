//! One result: its file, the place in it, and what speaks for it.

use crate::ipc;
use crate::parts::icon::Icon;
use crate::parts::kind::kind_icon;
use crate::parts::marked::marked;
use crate::parts::miniature::miniature;
use crate::parts::name::FileName;
use crate::parts::words;
use crate::store::Store;
use leptos::prelude::*;
use winnow_contract::asset::MediaKind;
use winnow_contract::search::{Hit, HitWhy};

pub fn row(store: Store, n: u32, hit: Hit) -> impl IntoView {
    let chosen = move || store.search.cursor.get() == n;
    let opened = hit.clone();
    let open = move |_| {
        store.search.cursor.set(n);
        store.open_hit(opened.clone());
    };
    let (like, name) = (hit.asset.clone(), hit.name.clone());
    let similar = move |event: leptos::ev::MouseEvent| {
        event.stop_propagation();
        store.search.find_similar(like.clone(), name.clone());
    };
    // Subtitles have times, and nothing to play.
    let plays = matches!(hit.kind, MediaKind::Sound | MediaKind::Video);
    let sign = if plays { icondata_lu::LuPlay } else { icondata_lu::LuClock3 };
    let second = hit.evidence.t0.map(|second| view! { <span class="hit-second tabular" class:plays=plays data-testid="hit-second"><Icon of=sign size=12/>{words::clock(f64::from(second))}</span> });
    // Of a film the page is the second of a key frame, which is said already.
    let page = hit.evidence.page.filter(|_| hit.evidence.t0.is_none());
    let page = page.map(|page| view! { <span class="nowrap">{format!("page {page}")}</span> });
    let at = hit.evidence.place.as_ref().and_then(|place| place.words());
    let at = at.map(|words| view! { <span class="hit-at" data-testid="hit-at">{words.sentence()}</span> });
    let more =
        (hit.more > 0).then(|| view! { <span class="nowrap">{format!("{} in this file", words::counted(hit.more, "more place"))}</span> });
    let roots = store.status.with_untracked(|status| {
        let folders = status.here().map(|status| status.folders.as_slice()).unwrap_or_default();
        folders.iter().map(|folder| (folder.path.clone(), folder.name.clone())).collect::<Vec<_>>()
    });
    let folder = place(&hit.path, &roots);
    view! {
        <div class="hit" class:chosen=chosen role="option" id=format!("hit-{n}") aria-selected=move || chosen().to_string() data-testid="search-hit" data-asset=hit.asset.to_string() on:click=open>
            <div class="hit-thumb">{picture(&hit)}</div>
            <div class="hit-body">
                <p class="hit-name"><FileName name=hit.name.clone()/><span class="hit-marks">{by(&hit.why)}</span></p>
                <p class="hit-snippet" data-testid="hit-snippet">{marked(hit.snippet)}</p>
                <p class="hit-place muted">{second}<span class="hit-folder" title=hit.path>{folder}</span>{page}{at}{more}
                    <button class="link-button hit-like" tabindex="-1" data-testid="hit-similar" title="More like this (Ctrl M)" on:click=similar>"More like this"</button>
                </p>
            </div>
        </div>
    }
}

fn picture(hit: &Hit) -> AnyView {
    match &hit.thumbnail {
        Some(id) => view! { <img src=ipc::rendition_url(id) alt="" loading="lazy" draggable="false"/> }.into_any(),
        None if hit.kind == MediaKind::Sound => view! { <span class="hit-sound"><Icon of=kind_icon(hit.kind) size=20/></span> }.into_any(),
        None => {
            let text: String = hit.snippet.iter().map(|part| part.text.as_str()).collect();
            view! { {miniature(&text)}<span class="kind-mark"><Icon of=kind_icon(hit.kind)/></span> }.into_any()
        }
    }
}

/// The folder a file lies in: within the library's folder it belongs to, else with its whole path.
fn place(path: &str, roots: &[(String, String)]) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let within = |(root, name): &(String, String)| {
        let rest = folder.strip_prefix(root.trim_end_matches('/'))?;
        (rest.is_empty() || rest.starts_with('/')).then(|| (root.len(), format!("{name}{}", rest.replace('/', " / "))))
    };
    roots.iter().filter_map(within).max().map_or_else(|| folder.to_owned(), |(_, shown)| shown)
}

/// Whether its words, its meaning, or both speak for it.
fn by(why: &HitWhy) -> AnyView {
    let words = why.lexical.map(|_| view! { <span class="by" data-testid="by-words" title="The words stand there"><Icon of=icondata_lu::LuWholeWord size=12/>"words"</span> });
    let (how, title) = if why.faint { ("faintly", "It means something faintly alike") } else { ("meaning", "It means something alike") };
    let meaning = why
        .semantic
        .map(|_| view! { <span class="by" data-testid="by-meaning" title=title><Icon of=icondata_lu::LuShapes size=12/>{how}</span> });
    view! { {words}{meaning} }.into_any()
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_place_is_told_from_its_folder_on() {
        let roots = [("/home/e/bequest".to_owned(), "bequest".to_owned()), ("/home/e".to_owned(), "e".to_owned())];
        let check = |path: &str, expected: &str| assert_eq!(place(path, &roots), expected);
        check("/home/e/bequest/Letters/a.jpg", "bequest / Letters");
        check("/home/e/bequest/a.jpg", "bequest");
        check("/home/e/bequests/a.jpg", "e / bequests");
        check("/media/disk/a.jpg", "/media/disk");
    }
}
