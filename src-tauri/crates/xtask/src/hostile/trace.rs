//! Which files a traced program, or a child of it, opened for writing, made, renamed or removed.
//!
//! Reads what strace writes; traces nothing itself.

use crate::shell::Outcome;
use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

/// System calls that change what is on a disk, by path.
const CALLS: &str = "open,openat,openat2,creat,truncate,rename,renameat,renameat2,mkdir,mkdirat,rmdir,unlink,unlinkat,link,linkat,symlink,\
    symlinkat,mknod,mknodat,chmod,fchmodat,chown,lchown,fchownat,setxattr,lsetxattr,utimensat";

/// A program under strace, which writes into a file.
pub fn program(into: &Path, program: &Path) -> Command {
    let mut command = Command::new("strace");
    command.args(["--follow-forks", "--seccomp-bpf", "--decode-fds=path", "--quiet=all", "--string-limit=4096", "--signal=none"]);
    command.arg(format!("--trace={CALLS}")).arg("--output").arg(into).arg(program);
    command
}

/// The lines that say something outside of the library was changed, each once, without the process.
pub fn outside(trace: &Path, library: &Path) -> Outcome<Vec<String>> {
    let text = fs_err::read(trace)?;
    let library = library.canonicalize()?.display().to_string();
    let mut found: Vec<String> = Vec::new();
    for call in calls(&String::from_utf8_lossy(&text)) {
        if changes(&call) && !paths(&call).all(|path| is_allowed(&path, &library)) && !found.contains(&call) {
            found.push(call);
        }
    }
    Ok(found)
}

/// The calls in order. One that another process interrupted stands on two lines, which are put together.
fn calls(text: &str) -> Vec<String> {
    let mut begun: HashMap<&str, &str> = HashMap::new();
    let mut calls = Vec::new();
    for line in text.lines() {
        let (process, call) = line.split_once(' ').unwrap_or(("", line));
        let call = call.trim_start();
        let resumed = call.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>"));
        match (call.strip_suffix("<unfinished ...>"), resumed) {
            (Some(first), _) => drop(begun.insert(process, first)),
            (None, Some((_, rest))) => calls.push(format!("{}{rest}", begun.remove(process).unwrap_or_default())),
            (None, None) => calls.push(call.to_owned()),
        }
    }
    // What was never resumed may have happened.
    calls.extend(begun.into_values().map(str::to_owned));
    calls
}

/// A call that succeeded and changed something, or could have.
fn changes(call: &str) -> bool {
    let failed = call.contains(" = -1 ") || call.contains(" = ? ");
    let opens = call.starts_with("open");
    let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"].iter().any(|flag| call.contains(flag));
    let is_call = call.split_once('(').is_some_and(|(name, _)| CALLS.split(',').any(|known| known.trim() == name));
    is_call && !failed && (!opens || writes)
}

/// The paths of a call: strings, after the folder that they are relative to.
fn paths(call: &str) -> impl Iterator<Item = String> {
    let mut found = Vec::new();
    let mut folder = String::new();
    let arguments = call.split_once('(').map_or("", |(_, rest)| rest);
    let mut rest = arguments.rsplit_once(") = ").map_or(arguments, |(inside, _)| inside);
    while let Some(at) = rest.find(['<', '"']) {
        let (open, close) = if rest.as_bytes()[at] == b'<' { ('<', '>') } else { ('"', '"') };
        let Some((inside, behind)) = rest[at + 1..].split_once(close) else { break };
        if open == '<' {
            folder = inside.to_owned();
        } else if inside.starts_with('/') {
            found.push(inside.to_owned());
        } else {
            found.push(format!("{folder}/{inside}"));
        }
        rest = behind;
    }
    found.into_iter()
}

/// In the library, or nothing that lasts: devices, and what the kernel shows of the process itself.
fn is_allowed(path: &str, library: &str) -> bool {
    let below = |folder: &str| path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    !path.contains("/../") && (below(library) || below("/proc/self") || ["/dev/null", "/dev/tty", "/dev/urandom"].contains(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_on_two_lines_is_one() {
        let text = "12 open(\"/a\", O_CREAT <unfinished ...>\n13 rmdir(\"/b\") = 0\n12 <... open resumed>) = -1 EACCES (no)\n14 unlink(\"/c\" <unfinished ...>";
        assert_eq!(calls(text), ["rmdir(\"/b\") = 0", "open(\"/a\", O_CREAT ) = -1 EACCES (no)", "unlink(\"/c\" "]);
    }

    #[test]
    fn only_what_changes_something_outside_is_told() {
        let check = |call: &str, expected: bool| {
            let told = changes(call) && !paths(call).all(|path| is_allowed(&path, "/l"));
            assert_eq!(told, expected, "{call}");
        };
        check(r#"openat(AT_FDCWD</w>, "/l/catalog.sqlite", O_RDWR|O_CREAT, 0644) = 3</l/catalog.sqlite>"#, false);
        check(r#"openat(AT_FDCWD</w>, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3</etc/passwd>"#, false);
        check(r#"openat(AT_FDCWD</w>, "/etc/passwd", O_WRONLY|O_CREAT, 0644) = -1 EACCES (Permission denied)"#, false);
        check(r#"openat(AT_FDCWD</w>, "/elsewhere/x", O_WRONLY|O_CREAT, 0644) = 3</elsewhere/x>"#, true);
        check(r#"openat(AT_FDCWD</w>, "x", O_RDWR|O_CREAT, 0644) = 3</w/x>"#, true);
        check(r#"openat(5</l/drafts>, "x", O_RDWR|O_CREAT, 0644) = 3</l/drafts/x>"#, false);
        check(r#"openat(AT_FDCWD</w>, "/l", O_RDWR|O_TMPFILE, 0600) = 3</l/#1>"#, false);
        check(r#"openat(AT_FDCWD</w>, "/l/../x", O_RDWR|O_CREAT, 0600) = 3</x>"#, true);
        check(r#"rename("/l/a", "/l/b") = 0"#, false);
        check(r#"rename("/l/a", "/home/b") = 0"#, true);
        check(r#"unlink("/files/a.pdf") = 0"#, true);
        check(r#"mkdir("/library2", 0777) = 0"#, true);
        check("+++ exited with 0 +++", false);
    }
}
