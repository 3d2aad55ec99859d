//! What is found in containers: the tree, its names, what follows when the container goes, and what is made again.

use winnow_contract::asset::{AssetDetail, AssetFilter, AssetSort, AssetState};
use winnow_contract::command::{GetAsset, GetWhy, ListAssets, ListMembers, Search};
use winnow_contract::search::SearchMode;
use winnow_engine::testing::documents::container;
use winnow_tests::TestLibrary;

/// A box with a letter, which has an attachment, and a box in a box.
fn estate() -> Vec<u8> {
    let letter = container("letter The keeper writes of red flares", &[("list.txt", b"lamp oil and wicks")]);
    let inner = container("box", &[("deep.txt", b"the deepest word is anchor"), ("list.txt", b"lamp oil and wicks")]);
    container("box", &[("letter.eml", &letter), ("papers/inner.box", &inner), ("IBAN.txt", b"IBAN GB29 NWBK 6016 1331 9268 19")])
}

fn names(library: &TestLibrary) -> Vec<(String, String)> {
    library.assets().into_iter().map(|row| (row.path, row.state.to_string())).collect()
}

fn found(library: &TestLibrary, query: &str, filter: AssetFilter) -> Vec<String> {
    let ask = Search { query: query.into(), mode: SearchMode::Lexical, filter, offset: 0, limit: 20, hurried: false };
    let mut paths: Vec<_> = library.ask(ask).expect("hits").hits.into_iter().map(|hit| hit.name).collect();
    paths.sort();
    paths
}

fn detail(library: &TestLibrary, path: &str) -> AssetDetail {
    let asset = library.engine().find_asset(&library.folder().join(path).display().to_string()).expect("an asset");
    library.ask(GetAsset { asset }).expect("an asset")
}

#[test]
fn a_box_becomes_a_tree() {
    let library = TestLibrary::new();
    library.drop_file("estate.box", estate());
    library.ingest();
    insta::assert_snapshot!(library.dump());
    let mut paths: Vec<_> = names(&library).into_iter().map(|(path, _)| path).collect();
    paths.sort();
    assert_eq!(
        paths,
        [
            "estate.box",
            "estate.box/IBAN.txt",
            "estate.box/letter.eml",
            "estate.box/letter.eml/list.txt",
            "estate.box/papers/inner.box",
            "estate.box/papers/inner.box/deep.txt",
        ]
        .map(str::to_owned)
        .to_vec()
        .as_slice(),
        "equal content is one asset with two places"
    );
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn the_tree_is_shown_from_both_ends() {
    let library = TestLibrary::new();
    library.drop_file("estate.box", estate());
    library.ingest();
    let whole = detail(&library, "estate.box");
    let members: Vec<_> = whole.members.iter().map(|row| (row.name.as_str(), row.members)).collect();
    assert_eq!(members, [("letter.eml", 1), ("papers/inner.box", 2), ("IBAN.txt", 0)], "in the order of the container");
    assert_eq!((whole.row.members, whole.row.parent), (3, None));
    let deep = detail(&library, "estate.box/papers/inner.box/deep.txt");
    let parents: Vec<_> = deep.parents.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(parents, ["estate.box", "inner.box"]);
    assert_eq!(deep.row.name, "deep.txt");
    assert_eq!(deep.row.folder, whole.row.folder, "the folder of the file it is in");
    assert_eq!(deep.locations[0].folder, whole.locations[0].folder);
    assert!(deep.locations[0].path.ends_with("/estate.box/papers/inner.box/deep.txt"), "{}", deep.locations[0].path);
    let list = detail(&library, "estate.box/letter.eml/list.txt");
    assert_eq!(list.locations.len(), 2);
    assert_eq!(list.row.id, detail(&library, "estate.box/papers/inner.box/list.txt").row.id);
    let page = library.ask(ListMembers { asset: whole.row.id.clone(), offset: 1, limit: 1 }).expect("members");
    assert_eq!((page.total, page.rows.len(), page.rows[0].name.as_str()), (3, 1, "papers/inner.box"));
    let file = library.engine().path_of(&deep.locations[0].id).expect("a file");
    assert_eq!(file.file_name().expect("a name"), "estate.box");
    let why = library.ask(GetWhy { id: deep.row.id.to_string(), down: false }).expect("a lineage");
    let by: Vec<_> = why.chain.iter().map(|step| step.by.as_str()).collect();
    assert_eq!(by, ["expand", "expand", "expand", "expand", "ingest", "disk"]);
    assert_eq!(library.engine().brief(&deep.row.id).expect("a brief").paths, [deep.locations[0].path.clone()]);
    assert_eq!(library.engine().assets_below(&library.folder()).expect("assets").len(), 6);
}

#[test]
fn searches_and_lists_can_be_kept_inside() {
    let library = TestLibrary::new();
    library.drop_file("estate.box", estate());
    library.drop_file("other.txt", "another anchor");
    library.ingest();
    let inside = |path: &str| AssetFilter { inside: Some(detail(&library, path).row.id), ..AssetFilter::default() };
    assert_eq!(found(&library, "anchor", AssetFilter::default()), ["deep.txt", "other.txt"]);
    assert_eq!(found(&library, "anchor", inside("estate.box")), ["deep.txt"]);
    assert_eq!(found(&library, "anchor", inside("estate.box/letter.eml")), Vec::<String>::new());
    assert_eq!(found(&library, "deep", AssetFilter::default()), ["deep.txt"], "names of members are searched too");
    let folder = detail(&library, "estate.box").row.folder;
    let all = AssetFilter { folder, ..AssetFilter::default() };
    let list = library.ask(ListAssets { filter: all.clone(), sort: AssetSort::Name, offset: 0, limit: 50 }).expect("assets");
    assert_eq!(list.total, 7);
    let ask = Search { query: "anchor".into(), mode: SearchMode::Lexical, filter: all, offset: 0, limit: 20, hurried: false };
    let page = library.ask(ask).expect("hits");
    assert_eq!((page.total, page.by_folder[0].1), (2, 2));
}

#[test]
fn members_go_and_come_with_their_container() {
    let library = TestLibrary::new();
    let path = library.drop_file("estate.box", estate());
    library.drop_file("list.txt", "lamp oil and wicks");
    library.ingest();
    let before = library.dump();
    let aside = library.path().join("aside");
    fs_err::rename(&path, &aside).expect("moved away");
    library.ingest();
    let there: Vec<_> = names(&library).into_iter().filter(|(_, state)| state != "missing").map(|(path, _)| path).collect();
    assert_eq!(there, ["list.txt"], "what is a file of its own as well stays");
    fs_err::rename(&aside, &path).expect("moved back");
    library.ingest();
    assert_eq!(library.dump(), before);
}

#[test]
fn what_an_edited_box_lost_is_missing() {
    let library = TestLibrary::new();
    library.drop_file("a.box", container("box", &[("kept.txt", b"it stays"), ("gone.txt", b"it goes")]));
    library.ingest();
    library.clock.advance(10_000);
    library.drop_file("a.box", container("box", &[("new.txt", b"it is new"), ("kept.txt", b"it stays")]));
    library.ingest();
    let states = names(&library);
    let of = |name: &str| states.iter().find(|(path, _)| path.ends_with(name)).map(|(_, state)| state.as_str());
    assert_eq!((of("kept.txt"), of("new.txt"), of("gone.txt")), (Some("ready"), Some("ready"), Some("missing")));
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn what_was_edited_in_a_box_is_an_earlier_version() {
    let library = TestLibrary::new();
    let first = container("box", &[("list.txt", b"the first list"), ("kept.txt", b"it stays")]);
    library.drop_file("a.box", &first);
    library.ingest();
    let old = detail(&library, "a.box/list.txt").row.id;
    let before = names(&library);
    library.clock.advance(10_000);
    library.drop_file("a.box", container("box", &[("kept.txt", b"it stays"), ("list.txt", b"the second list, longer")]));
    library.ingest();
    assert_eq!(names(&library), before, "one box and what is in it");
    let row = library.ask(GetAsset { asset: old.clone() }).expect("the old list").row;
    assert_eq!((row.name.as_str(), row.path.as_str()), ("earlier version of list.txt", "a.box/list.txt"));
    library.clock.advance(10_000);
    library.drop_file("a.box", first);
    library.ingest();
    assert_eq!((names(&library), detail(&library, "a.box/list.txt").row.id), (before, old));
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn boxes_in_boxes_end_somewhere() {
    let library = TestLibrary::new();
    library.set("archives.max_depth", "2");
    let bottom = container("box", &[("word.txt", b"unreachable")]);
    let lower = container("box", &[("bottom.box", &bottom)]);
    library.drop_file("top.box", container("box", &[("lower.box", &lower)]));
    library.ingest();
    let deepest = detail(&library, "top.box/lower.box/bottom.box");
    assert_eq!(deepest.notes.iter().map(|note| note.code.as_str()).collect::<Vec<_>>(), ["too_deep"]);
    assert_eq!(deepest.row.state, AssetState::Partial);
    assert_eq!(found(&library, "unreachable", AssetFilter::default()), Vec::<String>::new());
    // The same box on its own lies high enough.
    library.drop_file("bottom.box", bottom);
    library.ingest();
    assert_eq!(found(&library, "unreachable", AssetFilter::default()), ["word.txt"]);
    let higher = detail(&library, "top.box/lower.box/bottom.box");
    assert_eq!((higher.row.state, higher.row.members, higher.notes), (AssetState::Ready, 1, Vec::new()));
}

#[test]
fn an_archive_shares_its_limits_with_what_is_in_it() {
    let library = TestLibrary::new();
    library.set("archives.max_entries", "4");
    let inner = container("box", &[("1.txt", b"one"), ("2.txt", b"two"), ("3.txt", b"three")]);
    library.drop_file("outer.box", container("box", &[("inner.box", &inner), ("4.txt", b"four")]));
    library.ingest();
    let inner = detail(&library, "outer.box/inner.box");
    assert_eq!((inner.row.members, inner.row.state), (2, AssetState::Partial));
    assert_eq!(inner.notes.iter().map(|note| note.code.as_str()).collect::<Vec<_>>(), ["entries_cut"]);
}

#[test]
fn a_box_is_gone_through_in_slices_and_batches() {
    let library = TestLibrary::new();
    library.drop_file("sliced.box", container("box sliced", &[("1.txt", b"one"), ("2.txt", b"two"), ("3.txt", b"three")]));
    let many: Vec<(String, Vec<u8>)> = (0..1200).map(|number| (format!("{number}.txt"), format!("number {number}").into_bytes())).collect();
    let members: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    library.drop_file("many.box", container("box", &members));
    library.drop_file("cut.box", container("box cut", &[("kept.txt", b"this was whole")]));
    library.ingest();
    assert_eq!(detail(&library, "sliced.box").row.members, 3);
    let many = detail(&library, "many.box");
    assert_eq!((many.row.members, many.members.len(), many.row.state), (1200, 200, AssetState::Ready));
    assert_eq!(many.members[199].name, "199.txt");
    let cut = detail(&library, "cut.box");
    assert_eq!((cut.row.members, cut.row.state), (1, AssetState::Partial));
    let params: i64 = winnow_tests::raw(&library.path())
        .query_row("SELECT count(*) FROM jobs WHERE kind = 'expand' AND params IS NOT NULL", [], |row| row.get(0))
        .expect("a count");
    assert_eq!(params, 0, "what was written down is not kept in the queue");
}

#[test]
fn a_tree_has_no_circles() {
    let library = TestLibrary::new();
    let inner = container("box", &[("word.txt", b"a word")]);
    library.drop_file("a.box", container("box", &[("inner.box", &inner), ("again.box", &inner)]));
    library.ingest();
    // Nothing can really hold itself and be written by a test, so it is told that it does.
    let (outer, member) = (detail(&library, "a.box").row.id, detail(&library, "a.box/inner.box").row.id);
    winnow_tests::raw(&library.path())
        .execute(
            "INSERT INTO locations (id, asset_id, parent_asset, member, display, size, mtime_ns, first_seen, last_seen)
             VALUES ('circle', ?1, ?2, x'392f61', 'a', 1, 1, 1, 1)",
            [outer.as_str(), member.as_str()],
        )
        .expect("a circle");
    assert_eq!(detail(&library, "a.box").row.path, "a.box");
    let inside = AssetFilter { inside: Some(member), ..AssetFilter::default() };
    assert_eq!(found(&library, "word", inside), ["word.txt"]);
    assert_eq!(library.engine().assets_below(&library.folder()).expect("assets").len(), 3);
}

#[test]
fn bytes_kept_of_a_container_that_holds_itself_are_no_strays() {
    let library = TestLibrary::new();
    library.drop_file("a.box", container("box", &[("word.txt", b"a word")]));
    library.ingest();
    let sql = "SELECT lower(hex(a.hash)) FROM assets a JOIN locations l ON l.asset_id = a.id WHERE l.parent_asset IS NULL";
    let known: String = winnow_tests::raw(&library.path()).query_row(sql, [], |row| row.get(0)).expect("a hash");
    let keep = |hash: &str| {
        let folder = library.path().join("renditions/members").join(&hash[..2]);
        fs_err::create_dir_all(&folder).expect("a folder");
        fs_err::write(folder.join(hash), "bytes").expect("written");
    };
    keep(&known);
    assert_eq!(library.complaints(), Vec::<String>::new());
    keep(&"0".repeat(64));
    assert_eq!(library.complaints().len(), 1);
}

#[test]
fn the_cache_is_made_again_member_by_member() {
    let mut library = TestLibrary::new();
    let inner = container("box", &[("scan.png", b"page\na scanned telegram")]);
    library.drop_file("outer.box", container("box", &[("inner.box", &inner)]));
    library.ingest();
    let before = library.dump();
    library.close();
    fs_err::remove_dir_all(library.path().join("renditions")).expect("removed");
    library.restart();
    library.settle();
    assert_eq!(library.dump(), before);
    let picture = detail(&library, "outer.box/inner.box/scan.png").row.thumbnail.expect("a thumbnail");
    assert!(library.engine().picture(&picture).expect("asked").is_some());
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn odd_names_are_shown_and_never_taken_for_paths() {
    let library = TestLibrary::new();
    library.drop_file("odd.box", container("box", &[("../../etc/passwd", b"root"), ("", b"without a name"), ("a/../b.txt", b"in b")]));
    library.ingest();
    let names: Vec<_> = detail(&library, "odd.box").members.into_iter().map(|row| row.name).collect();
    assert_eq!(names, ["../../etc/passwd", "", "a/../b.txt"]);
    let outside: Vec<_> = fs_err::read_dir(library.folder()).expect("a folder").collect();
    assert_eq!(outside.len(), 1);
}
