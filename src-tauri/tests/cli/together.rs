//! Assets that belong together: messages of one thread, and texts that are nearly the same.

use crate::program::Library;
use serde_json::json;

#[test]
fn a_thread_and_a_near_duplicate() {
    let (library, folder) = (Library::new(), tempfile::tempdir().expect("a folder"));
    let letter = |headers: &str| format!("From: Edith <edith@example.org>\r\n{headers}\r\n\r\nSix flares are left.\r\n");
    let text: String = (0..120).map(|number| format!("word{} ", number * 7 % 1000)).collect();
    for (name, content) in [
        ("1.eml", letter("Message-ID: <1@example.org>\r\nDate: Sat, 05 Nov 1938 10:00:00 +0000")),
        ("2.eml", letter("Message-ID: <2@example.org>\r\nReferences: <0@example.org> <1@example.org>\r\nSubject: Flares")),
        ("3.txt", text.clone()),
        ("4.txt", format!("{text} and one more")),
    ] {
        fs_err::write(folder.path().join(name), content).expect("written");
    }
    let done = library.json(&["ingest", folder.path().to_str().expect("a plain path")]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    let shown = ["1.eml", "2.eml", "3.txt", "4.txt"].map(|name| {
        let path = folder.path().join(name);
        library.json(&["show", path.to_str().expect("a plain path")]).only()
    });
    let [first, second, text, again] = &shown;
    assert_eq!((&first["thread"], &second["thread"]), (&json!([second["asset"]]), &json!([first["asset"]])));
    assert_eq!(text["thread"], json!([]));
    assert_eq!((&text["duplicate_of"], &again["duplicate_of"]), (&json!(null), &text["asset"]));
    let listed = library.json(&["assets"]).lines();
    for one in &shown {
        let line = listed.iter().find(|line| line["asset"] == one["asset"]).expect("a line");
        assert_eq!(line["duplicate_of"], one["duplicate_of"], "{line}");
    }
}
