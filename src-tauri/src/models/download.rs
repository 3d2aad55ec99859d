//! One file over HTTP, going on where an earlier try ended.
//!
//! Follows redirects itself, so that none leads away from https; the content is compared with its card by the engine.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::time::Duration;
use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, Body};
use winnow_contract::Words;
use winnow_engine::cards::Wanted;
use winnow_engine::cards::card::is_safe;

/// Redirects in a row.
const MOST_REDIRECTS: usize = 5;
/// A connection that was cut is opened again so often, as long as something arrives each time.
const MOST_CUTS: usize = 20;
const PATIENCE: Duration = Duration::from_secs(30);
const BUFFER: usize = 1 << 18;
/// Bytes between two reports.
const REPORT: u64 = 4 << 20;

/// How far a download is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    pub file: String,
    /// Bytes that are here.
    pub bytes: u64,
    pub of: u64,
}

/// Downloads a file into its part.
///
/// # Errors
/// The words for a person; what arrived stays in the part.
pub fn download(wanted: &Wanted, tell: &mut dyn FnMut(&Arrived)) -> Result<(), Words> {
    let failed = |why: String| Words::new("download_failed").with("file", &wanted.name).with("why", why);
    let mut file = open(wanted).map_err(|error| failed(error.to_string()))?;
    let agent = agent();
    for _ in 0..MOST_CUTS {
        let have = here(&mut file, wanted).map_err(|error| failed(error.to_string()))?;
        if have == wanted.bytes {
            return Ok(());
        }
        let why = match piece(&agent, wanted, &mut file, have, tell) {
            Ok(()) => "the connection was cut".to_owned(),
            Err(Stop::Words(words)) => return Err(words),
            Err(Stop::Why(why)) => why,
        };
        if here(&mut file, wanted).map_err(|error| failed(error.to_string()))? <= have {
            return Err(failed(why));
        }
    }
    match here(&mut file, wanted) {
        Ok(have) if have == wanted.bytes => Ok(()),
        _ => Err(failed("the connection was cut again and again".to_owned())),
    }
}

/// Why a piece ended before the file did.
enum Stop {
    /// Trying again would end the same.
    Words(Words),
    Why(String),
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Why(error.to_string())
    }
}

fn agent() -> Agent {
    let config = Agent::config_builder().max_redirects(0).http_status_as_error(false);
    let config = config.timeout_connect(Some(PATIENCE)).timeout_recv_response(Some(PATIENCE)).timeout_per_read(Some(PATIENCE));
    config.user_agent(concat!("winnow/", env!("CARGO_PKG_VERSION"))).build().new_agent()
}

fn open(wanted: &Wanted) -> std::io::Result<File> {
    let file = fs_err::OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&wanted.part)?;
    Ok(file.into_file())
}

/// Bytes that are in the part; a part that is longer than the file is another file, and is begun anew.
fn here(file: &mut File, wanted: &Wanted) -> std::io::Result<u64> {
    let have = file.metadata()?.len();
    if have <= wanted.bytes {
        return Ok(have);
    }
    file.set_len(0)?;
    Ok(0)
}

/// Everything that one connection gives, from `have` on.
fn piece(agent: &Agent, wanted: &Wanted, file: &mut File, have: u64, tell: &mut dyn FnMut(&Arrived)) -> Result<(), Stop> {
    let mut response = ask(agent, wanted, have)?;
    let mut at = match response.status() {
        StatusCode::OK => 0,
        StatusCode::PARTIAL_CONTENT if begins_at(&response, have) => have,
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
            // The server has another file, or another part of it: begun anew at the next try.
            file.set_len(0)?;
            return Err(Stop::Why("the server answered with another part of the file".to_owned()));
        }
        other => return Err(Stop::Why(format!("the server answered {other}"))),
    };
    file.set_len(at)?;
    file.seek(SeekFrom::Start(at))?;
    let mut body = response.body_mut().as_reader().take(wanted.bytes - at + 1);
    let mut buffer = vec![0; BUFFER];
    let mut told = at;
    loop {
        let count = match body.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        file.write_all(&buffer[..count])?;
        at += count as u64;
        if at - told >= REPORT || at >= wanted.bytes {
            told = at;
            tell(&Arrived { file: wanted.name.clone(), bytes: at.min(wanted.bytes), of: wanted.bytes });
        }
    }
    if at > wanted.bytes {
        let words = Words::new("model_differs").with("file", &wanted.name).with("card", &wanted.card);
        file.set_len(0)?;
        return Err(Stop::Words(words));
    }
    Ok(())
}

/// The answer at the end of all redirects.
fn ask(agent: &Agent, wanted: &Wanted, have: u64) -> Result<Response<Body>, Stop> {
    let mut address = wanted.address.clone();
    for _ in 0..=MOST_REDIRECTS {
        let is_kept = is_safe(&address) && (address.starts_with("https://") || !wanted.address.starts_with("https://"));
        if !is_kept {
            return Err(Stop::Words(Words::new("download_unsafe").with("file", &wanted.name)));
        }
        let mut request = agent.get(&address).header(header::ACCEPT_ENCODING, "identity");
        if have > 0 {
            request = request.header(header::RANGE, format!("bytes={have}-"));
        }
        let response = request.call().map_err(|error| Stop::Why(error.to_string()))?;
        if !response.status().is_redirection() {
            return Ok(response);
        }
        address = next(&address, &response).ok_or_else(|| Stop::Why("the server sent the download nowhere".to_owned()))?;
    }
    Err(Stop::Why("the server sent the download on too often".to_owned()))
}

/// Where a redirect leads: a whole address, or a path on the same server.
fn next(address: &str, response: &Response<Body>) -> Option<String> {
    let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
    if !location.starts_with('/') || location.starts_with("//") {
        return Some(location.to_owned());
    }
    let (scheme, rest) = address.split_once("://")?;
    Some(format!("{scheme}://{}{location}", rest.split('/').next()?))
}

/// `Content-Range: bytes HAVE-…`
fn begins_at(response: &Response<Body>, have: u64) -> bool {
    let range = response.headers().get(header::CONTENT_RANGE).and_then(|range| range.to_str().ok());
    range.and_then(|range| range.strip_prefix("bytes ")?.split('-').next()?.parse().ok()) == Some(have)
}
