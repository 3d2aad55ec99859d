//! Downloads from a server of the test's own: whole, cut, redirected, wrong, gone.

use super::{Arrived, fetch};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use tempfile::TempDir;
use winnow_contract::model::ModelState;
use winnow_engine::cards::Models;

/// SHA-256 of `CONTENT`, and what the server has.
const CONTENT: &[u8] = b"0123456789";
const SHA256: &str = "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882";

/// What the server does with one connection.
#[derive(Clone, Copy)]
enum Answer {
    /// Sends the file from where it was asked to, but at most so many bytes of it.
    File(&'static [u8], usize),
    /// Sends the whole file although a part was asked for.
    Whole(&'static [u8]),
    Redirect(&'static str),
    Status(&'static str),
}

/// A server that answers one connection after the other, then is gone. Gives its address and what it was asked.
fn serve(answers: &'static [Answer]) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://127.0.0.1:{}", listener.local_addr().expect("an address").port());
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (stream, _) = listener.accept().expect("a connection");
            let request = head(&stream);
            respond(stream, *answer, range(&request));
            tell.send(request).expect("the test listens");
        }
    });
    (address, told)
}

fn head(stream: &TcpStream) -> String {
    let lines = BufReader::new(stream).lines().map(|line| line.expect("a line"));
    lines.take_while(|line| !line.is_empty()).map(|line| line + "\n").collect()
}

fn range(request: &str) -> usize {
    let line = request.lines().find_map(|line| line.to_lowercase().strip_prefix("range: bytes=").map(str::to_owned));
    line.map_or(0, |range| range.trim_end_matches('-').parse().expect("a number"))
}

fn respond(mut stream: TcpStream, answer: Answer, from: usize) {
    let (head, body): (String, &[u8]) = match answer {
        Answer::File(content, most) => {
            let rest = &content[from..];
            let status = if from > 0 {
                format!("206 Partial Content\r\nContent-Range: bytes {from}-{}/{}", content.len() - 1, content.len())
            } else {
                "200 OK".to_owned()
            };
            (format!("HTTP/1.1 {status}\r\nContent-Length: {}", rest.len()), &rest[..most.min(rest.len())])
        }
        Answer::Whole(content) => (format!("HTTP/1.1 200 OK\r\nContent-Length: {}", content.len()), content),
        Answer::Redirect(place) => (format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0"), b""),
        Answer::Status(status) => (format!("HTTP/1.1 {status}\r\nContent-Length: 0"), b""),
    };
    stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).expect("sent");
    stream.write_all(body).expect("sent");
}

fn models(address: &str) -> (TempDir, Models) {
    let folder = tempfile::tempdir().expect("a folder");
    let (mine, text) = (folder.path().join("tiny"), card(address));
    fs_err::create_dir_all(&mine).expect("a folder");
    fs_err::write(mine.join("card.toml"), text).expect("a card");
    let models = Models::open(folder.path().to_owned());
    (folder, models)
}

/// A card as an imported pack brings one.
fn card(address: &str) -> String {
    format!(
        "id = 'tiny'\nversion = 1\nname = 'Tiny'\ntask = 'runtime'\nlicence = 'MIT'\nattribution = 'us'\nsource = 'a test'\n\
         limits = 'Everything.'\n[[file]]\nname = 'a.bin'\nrole = 'model'\nbytes = {}\nsha256 = '{SHA256}'\nhub = '{address}/a.bin'\n",
        CONTENT.len()
    )
}

/// Fetches the tiny model and gives what came out, with the offsets that the server was asked for.
fn fetched(answers: &'static [Answer]) -> (Result<Vec<String>, String>, Vec<usize>, ModelState) {
    let (address, told) = serve(answers);
    let (_folder, models) = models(&address);
    let outcome = fetch(&models, &["tiny".to_owned()], &mut |_| {}).map_err(|error| error.code);
    let state = models.state(&models.card("tiny").expect("the card"));
    (outcome, told.try_iter().map(|request| range(&request)).collect(), state)
}

#[test]
fn a_download_ends_with_a_checked_model() {
    let check = |answers: &'static [Answer], asked: &[usize]| {
        let (outcome, ranges, state) = fetched(answers);
        assert_eq!((outcome, state), (Ok(vec!["tiny 1".to_owned()]), ModelState::Ready));
        assert_eq!(ranges, asked);
    };
    check(&[Answer::File(CONTENT, 10)], &[0]);
    // Cut twice: it goes on from where it was.
    check(&[Answer::File(CONTENT, 4), Answer::File(CONTENT, 3), Answer::File(CONTENT, 3)], &[0, 4, 7]);
    // A server without ranges sends everything again.
    check(&[Answer::File(CONTENT, 4), Answer::Whole(CONTENT)], &[0, 4]);
    check(&[Answer::Redirect("/elsewhere"), Answer::File(CONTENT, 10)], &[0, 0]);
}

#[test]
fn what_is_not_the_model_is_refused_and_not_kept() {
    let check = |answers: &'static [Answer], code: &str| {
        let (outcome, _, state) = fetched(answers);
        assert_eq!((outcome, state), (Err(code.to_owned()), ModelState::Missing));
    };
    check(&[Answer::Whole(b"0123456780")], "model_differs");
    check(&[Answer::Whole(b"0123456789 and more")], "model_differs");
    check(&[Answer::Status("404 Not Found")], "download_failed");
    check(&[Answer::Redirect("http://example.org/a.bin")], "download_unsafe");
    check(&[Answer::Redirect("ftp://example.org/a.bin")], "download_unsafe");
    check(&[Answer::Whole(b"")], "download_failed");
}

#[test]
fn without_a_connection_a_sentence_says_so() {
    let address = TcpListener::bind("127.0.0.1:0").and_then(|gone| gone.local_addr()).expect("a port nobody listens to");
    let (_folder, models) = models(&format!("http://{address}"));
    let error = fetch(&models, &["tiny".to_owned()], &mut |_| {}).expect_err("refused");
    assert_eq!(error.code, "download_failed");
    assert!(error.message.starts_with("a.bin could not be downloaded: "), "{}", error.message);
}

#[test]
fn a_later_try_goes_on_where_the_last_one_ended() {
    let (address, told) = serve(&[Answer::File(CONTENT, 6), Answer::Status("503 Service Unavailable"), Answer::File(CONTENT, 10)]);
    let (_folder, models) = models(&address);
    let named = ["tiny".to_owned()];
    assert!(fetch(&models, &named, &mut |_| {}).is_err());
    let mut arrived = Vec::new();
    fetch(&models, &named, &mut |far| arrived.push(far.clone())).expect("fetched");
    assert_eq!(arrived, [Arrived { file: "a.bin".into(), bytes: 10, of: 10 }]);
    assert_eq!(told.try_iter().map(|request| range(&request)).collect::<Vec<_>>(), [0, 6, 6]);
    assert_eq!(fetch(&models, &named, &mut |_| {}).expect("nothing left to do"), ["tiny 1"]);
}

#[test]
fn what_is_not_offered_is_refused_before_anything_is_downloaded() {
    let (_folder, models) = models("http://127.0.0.1:1");
    let code = |name: &str| fetch(&models, &[name.to_owned()], &mut |_| {}).expect_err("refused").code;
    assert_eq!((code("whisper-base").as_str(), code("unheard-of").as_str()), ("card_not_offered", "unknown_card"));
}
