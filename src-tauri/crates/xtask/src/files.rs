//! Small rules for generated files: write only what changed, remove what is no longer wanted. It never leaves the folder it is given.

use crate::shell::Outcome;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A folder's intended content: relative path to the file it is a copy of.
pub type Plan = BTreeMap<PathBuf, PathBuf>;

/// Writes the bytes unless they are there already, so that nobody rebuilds for nothing. True when it wrote.
pub fn write_if_changed(path: &Path, bytes: &[u8]) -> Outcome<bool> {
    if fs_err::read(path).is_ok_and(|present| present == bytes) {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        fs_err::create_dir_all(folder)?;
    }
    fs_err::write(path, bytes)?;
    Ok(true)
}

/// Makes `folder` hold exactly the plan's files. Returns how many changed.
pub fn mirror(plan: &Plan, folder: &Path) -> Outcome<usize> {
    let mut changed = 0;
    for (name, from) in plan {
        changed += usize::from(write_if_changed(&folder.join(name), &fs_err::read(from)?)?);
    }
    for name in list(folder)?.into_iter().filter(|name| !plan.contains_key(name)) {
        fs_err::remove_file(folder.join(name))?;
        changed += 1;
    }
    Ok(changed)
}

/// A plan that is a copy of another folder.
pub fn plan_of(folder: &Path) -> Outcome<Plan> {
    Ok(list(folder)?.into_iter().map(|name| (name.clone(), folder.join(name))).collect())
}

/// All files below a folder, by relative path; none where there is no folder.
pub fn list(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop().filter(|next| next.is_dir()) {
        for entry in fs_err::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(name) = path.strip_prefix(folder) {
                found.push(name.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// FNV-1a, 64 bits, by words: tells a changed build from an unchanged one, and is no defence against anybody.
pub fn fingerprint(parts: &[&[u8]]) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |word: u64| hash = (hash ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(23);
    for part in parts {
        take(part.len() as u64);
        for chunk in part.chunks(8) {
            take(chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_sees_every_byte_and_every_border() {
        let base = fingerprint(&[b"front end", b"dev"]);
        assert_eq!(base, fingerprint(&[b"front end", b"dev"]));
        for other in
            [fingerprint(&[b"front enD", b"dev"]), fingerprint(&[b"front endd", b"ev"]), fingerprint(&[b"front end"]), fingerprint(&[])]
        {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn a_mirror_writes_only_what_changed_and_removes_the_rest() {
        let folder = std::env::temp_dir().join(format!("winnow-xtask-{}", std::process::id()));
        let (source, copy) = (folder.join("a.css"), folder.join("dist"));
        write_if_changed(&source, b"ink").expect("a writable temporary folder");
        write_if_changed(&copy.join("styles/old.css"), b"old").expect("a writable temporary folder");
        let plan = Plan::from([(PathBuf::from("styles/a.css"), source)]);
        assert_eq!(mirror(&plan, &copy).expect("mirrored"), 2);
        assert_eq!(mirror(&plan, &copy).expect("mirrored"), 0);
        assert_eq!(list(&copy).expect("listed"), [PathBuf::from("styles/a.css")]);
        fs_err::remove_dir_all(folder).expect("removed");
    }
}
