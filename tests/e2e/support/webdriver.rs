//! A small WebDriver client: one command, one HTTP/1.1 exchange with WebKitWebDriver, JSON both ways (W3C WebDriver, section 6).
//!
//! Knows nothing of Winnow. WebKitWebDriver serves one session at a time.

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
const PROGRAM: &str = "WebKitWebDriver";

/// A driver with its session; the driver ends when dropped.
pub struct Session {
    driver: Child,
    port: u16,
    id: String,
}

impl Session {
    /// Starts the driver as `prepare` sets it up and has it open `binary` with `arguments`.
    ///
    /// # Panics
    /// When there is no driver, or the program does not open.
    pub fn open(binary: &str, arguments: &[&str], prepare: impl FnOnce(&mut Command)) -> Self {
        let port = free_port();
        let mut command = Command::new(PROGRAM);
        prepare(&mut command);
        command.arg(format!("--port={port}")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
        let driver = command.spawn().unwrap_or_else(|error| panic!("{PROGRAM} is needed (package webkit2gtk-driver): {error}"));
        let mut session = Self { driver, port, id: String::new() };
        crate::wait_for("the driver answers", Duration::from_secs(20), || session.exchange("GET", "/status", None).ok());
        let options = json!({ "binary": binary, "args": arguments });
        let asked = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let opened = session.exchange("POST", "/session", Some(&asked)).unwrap_or_else(|why| panic!("the window did not open: {why}"));
        session.id = opened["sessionId"].as_str().expect("a session").to_owned();
        session
    }

    /// The process id of the driver, above the window.
    pub fn driver(&self) -> u32 {
        self.driver.id()
    }

    /// What a script in the page returns.
    ///
    /// # Panics
    /// When the script throws.
    pub fn script(&self, body: &str, arguments: Value) -> Value {
        self.post("/execute/sync", &json!({ "script": body, "args": arguments }))
    }

    /// Clicks the first element of a CSS selector, if there is one.
    pub fn click(&self, css: &str) -> Result<(), String> {
        let found = self.command("POST", "/element", Some(&json!({ "using": "css selector", "value": css })))?;
        let element = found[ELEMENT].as_str().ok_or("no element")?;
        self.command("POST", &format!("/element/{element}/click"), Some(&json!({}))).map(drop)
    }

    /// Presses keys one after the other, as a person does. Each is a letter, or a code of WebDriver's table of keys.
    pub fn keys(&self, keys: &str) {
        let press =
            |key: char| [json!({ "type": "keyDown", "value": key.to_string() }), json!({ "type": "keyUp", "value": key.to_string() })];
        self.actions(keys.chars().flat_map(press).collect());
    }

    /// Presses a key while another is held.
    pub fn chord(&self, held: char, key: char) {
        let act = |kind: &str, key: char| json!({ "type": kind, "value": key.to_string() });
        self.actions(vec![act("keyDown", held), act("keyDown", key), act("keyUp", key), act("keyUp", held)]);
    }

    fn actions(&self, actions: Vec<Value>) {
        self.post("/actions", &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] }));
    }

    /// Closes the window, as its close button does.
    pub fn close(&self) {
        // The session ends with its last window, so the answer may not arrive.
        drop(self.command("DELETE", "/window", None));
        drop(self.exchange("DELETE", &format!("/session/{}", self.id), None));
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.command("POST", path, Some(body)).unwrap_or_else(|why| panic!("{path} {body}: {why}"))
    }

    fn command(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        self.exchange(method, &format!("/session/{}{path}", self.id), body)
    }

    fn exchange(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let answer = http(self.port, method, path, body).map_err(|error| error.to_string())?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or("no HTTP answer")?;
        let mut said: Value = serde_json::from_str(body).map_err(|error| format!("{error}: {answer}"))?;
        let value = said["value"].take();
        if head.split(' ').nth(1) == Some("200") { Ok(value) } else { Err(format!("{}: {}", value["error"], value["message"])) }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.close();
        // It may have ended by itself; then there is nothing to stop.
        let _ended = self.driver.kill();
        let _reaped = self.driver.wait();
    }
}

fn http(port: u16, method: &str, path: &str, body: Option<&Value>) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let length = body.len();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n")?;
    write!(stream, "Content-Length: {length}\r\nConnection: close\r\n\r\n{body}")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its number").port()
}
