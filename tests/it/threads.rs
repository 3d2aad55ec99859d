//! Which messages belong together, wherever they lie.

use winnow_contract::asset::AssetDetail;
use winnow_contract::command::GetAsset;
use winnow_engine::testing::documents::container;
use winnow_tests::TestLibrary;

/// A message of these headers, see `container`.
fn letter(headers: &str, text: &str) -> Vec<u8> {
    container(&format!("letter {headers} {text}"), &[])
}

fn thread(detail: &AssetDetail) -> Vec<&str> {
    detail.thread.iter().map(|row| row.name.as_str()).collect()
}

/// A question, two answers to it of which one lies in a box, an answer to the second, and letters of other people.
fn exchange() -> TestLibrary {
    let library = TestLibrary::new();
    let answer = letter("message_id=2@x in_reply_to=1@x subject=Second date=1938-11-06T23:30:00-02:00", "Six of them.");
    library.drop_file("box.box", container("box", &[("second.eml", &answer)]));
    let last = "message_id=4@x in_reply_to=2@x references=1@x,2@x from=Edith date=1938-11-07T01:00:00Z";
    for (name, letter) in [
        ("first.eml", letter("message_id=1@x subject=First date=1938-11-05T10:00:00Z", "How many flares are left?")),
        ("undated.eml", letter("message_id=3@x references=0@x,1@x subject=Undated", "Nobody knows.")),
        ("last.eml", letter(last, "Then order more.")),
        ("other.eml", letter("message_id=9@x in_reply_to=Your,message,of,Sunday subject=Other", "About the boats.")),
        ("stranger.eml", letter("message_id=8@x in_reply_to=Your,message,of,Sunday subject=Stranger", "About the ropes.")),
    ] {
        library.drop_file(name, letter);
    }
    library.ingest();
    library
}

#[test]
fn messages_that_name_each_other_are_one_thread() {
    let library = exchange();
    let check = |name: &str, expected: &[&str]| assert_eq!(thread(&library.asset(name)), expected, "{name}");
    check("first.eml", &["last.eml", "Second", "Undated"]);
    check("second.eml", &["First", "last.eml", "Undated"]);
    check("last.eml", &["First", "Second", "Undated"]);
    check("undated.eml", &["First", "last.eml", "Second"]);
    check("other.eml", &[]);
    check("stranger.eml", &[]);
    check("box.box", &[]);
    let first = library.asset("first.eml");
    let last = &first.thread[0];
    assert_eq!((last.from.as_deref(), last.date.as_deref()), (Some("Edith"), Some("1938-11-07T01:00:00Z")));
    assert_eq!(last.asset, library.asset("last.eml").row.id);
    assert_eq!(library.complaints(), Vec::<String>::new());
    insta::assert_snapshot!(library.dump());
}

#[test]
fn what_is_found_later_joins_and_ties_together() {
    let library = TestLibrary::new();
    library.drop_file("a.eml", letter("message_id=1@x subject=A", "one"));
    library.drop_file("b.eml", letter("message_id=2@x subject=B", "two"));
    library.ingest();
    assert_eq!(thread(&library.asset("a.eml")), Vec::<&str>::new());
    library.drop_file("c.eml", letter("message_id=3@x references=1@x,2@x subject=C", "three"));
    library.ingest();
    assert_eq!(thread(&library.asset("a.eml")), ["B", "C"]);
}

#[test]
fn a_long_thread_is_cut() {
    let library = TestLibrary::new();
    let one = |number: u32| {
        let date = format!("1938-11-05T{:02}:{:02}:00Z", number / 60, number % 60);
        letter(&format!("message_id={number}@x references=list@x subject=Nr-{number} date={date}"), "the same")
    };
    let letters: Vec<(String, Vec<u8>)> = (0..260).map(|number| (format!("{number}.eml"), one(number))).collect();
    let members: Vec<(&str, &[u8])> = letters.iter().map(|(name, letter)| (name.as_str(), letter.as_slice())).collect();
    library.drop_file("list.box", container("box", &members));
    library.ingest();
    let five = library.folder().join("list.box/5.eml").display().to_string();
    let asset = library.engine().find_asset(&five).expect("an asset");
    let detail = library.ask(GetAsset { asset }).expect("an asset");
    assert_eq!((detail.thread.len(), detail.thread[0].name.as_str(), detail.thread[199].name.as_str()), (200, "Nr-0", "Nr-200"));
}
