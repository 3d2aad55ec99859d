//! The directory of a folder itself: which one it is, whether it can be reached, and on what kind of file system it lies.
//!
//! Looks at nothing below it but whether there is anything.

use std::path::Path;

/// Which directory it is: device and inode. Other platforms have none, and every directory is taken for the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Identity {
    pub device: i64,
    pub inode: i64,
}

impl Identity {
    /// Of the directory at a path; none when there is none.
    pub fn of(path: &Path) -> Option<Self> {
        let metadata = path.metadata().ok().filter(std::fs::Metadata::is_dir)?;
        Some(Self::from(&metadata))
    }

    #[cfg(unix)]
    fn from(metadata: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { device: metadata.dev().cast_signed(), inode: metadata.ino().cast_signed() }
    }

    #[cfg(not(unix))]
    fn from(_: &std::fs::Metadata) -> Self {
        Self { device: 0, inode: 0 }
    }
}

/// The directory at a path if it can be used. An empty one in the place of another that held something is a mount point
/// without its drive: it cannot.
pub fn reach(path: &Path, before: Option<Identity>, held: impl FnOnce() -> bool) -> Option<Identity> {
    let found = Identity::of(path)?;
    let same = before.is_none_or(|before| before == found);
    let stands = same || !is_empty(path)? || !held();
    stands.then_some(found)
}

fn is_empty(path: &Path) -> Option<bool> {
    Some(fs_err::read_dir(path).ok()?.next().is_none())
}

/// What kind of file system a path lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// The kernel tells of every change.
    Local,
    /// Somebody else may change it, and nothing is told.
    Network,
    /// The kernel's own: no files of a person.
    Kernel,
}

impl Medium {
    /// Of the file system at a path; local when it cannot be told.
    #[cfg(target_os = "linux")]
    pub fn of(path: &Path) -> Self {
        rustix::fs::statfs(path).map_or(Self::Local, |found| Self::by_magic(found.f_type as u32))
    }

    /// Of the file system at a path; local when it cannot be told.
    #[cfg(not(target_os = "linux"))]
    pub fn of(_: &Path) -> Self {
        Self::Local
    }

    /// By the number in `statfs(2)` (linux/magic.h, and the sources of file systems that are not in the kernel).
    #[cfg(target_os = "linux")]
    fn by_magic(magic: u32) -> Self {
        match magic {
            // NFS, SMB, CIFS, SMB2, FUSE (sshfs, cloud drives, NTFS), 9P, AFS, kAFS, Ceph, Coda, NCP, Lustre, OCFS2
            0x6969 | 0x517B | 0xFF53_4D42 | 0xFE53_4D42 | 0x6573_5546 | 0x0102_1997 | 0x5346_414F | 0x6B41_4653 | 0x00C3_6400
            | 0x7375_7245 | 0x564C | 0x0BD0_0BD0 | 0x7461_636F
            // Folders shared with a virtual machine: VirtualBox, VMware, Parallels
            | 0x786F_4256 | 0xBACB_ACBC | 0x7C7C_6673 => Self::Network,
            // proc, sysfs, devpts, debugfs, tracefs, securityfs, cgroup, cgroup2, bpf, binfmt_misc, selinux, efivarfs, configfs, nsfs
            0x9FA0 | 0x6265_6572 | 0x1CD1 | 0x6462_6720 | 0x7472_6163 | 0x7363_6673 | 0x0027_E0EB | 0x6367_7270 | 0xCAFE_4A11
            | 0x4249_4E4D | 0xF97C_FF8C | 0xDE5E_81E4 | 0x6265_6570 | 0x6E73_6673 => Self::Kernel,
            _ => Self::Local,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn file_systems_are_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Medium::of(folder.path()), Medium::Local);
        assert_eq!(Medium::of(Path::new("/proc")), Medium::Kernel);
        assert_eq!(Medium::of(Path::new("/sys/kernel")), Medium::Kernel);
        assert_eq!(Medium::of(Path::new("/no/such/path")), Medium::Local);
        let check = |magic, expected| assert_eq!(Medium::by_magic(magic), expected, "{magic:x}");
        check(0xEF53, Medium::Local);
        check(0x9123_683E, Medium::Local);
        check(0x794C_7630, Medium::Local);
        check(0x6969, Medium::Network);
        check(0xFE53_4D42, Medium::Network);
        check(0x6573_5546, Medium::Network);
    }

    #[cfg(unix)]
    #[test]
    fn an_empty_directory_in_the_place_of_a_full_one_is_no_deletion() {
        let home = tempfile::tempdir().expect("a folder");
        let (one, other) = (home.path().join("one"), home.path().join("other"));
        fs_err::create_dir(&one).expect("a folder");
        fs_err::create_dir(&other).expect("a folder");
        let (first, second) = (Identity::of(&one), Identity::of(&other));
        assert_ne!(first, second);
        assert_eq!(reach(&home.path().join("none"), None, || true), None);
        assert_eq!(reach(&one, None, || true), first, "never seen before");
        assert_eq!(reach(&one, first, || true), first, "emptied by its owner");
        assert_eq!(reach(&other, first, || true), None, "a mount point without its drive");
        assert_eq!(reach(&other, first, || false), second, "nothing was there before");
        fs_err::write(other.join("a.txt"), "x").expect("a file");
        assert_eq!(reach(&other, first, || true), second, "it was replaced");
        assert_eq!(reach(&other.join("a.txt"), first, || true), None, "a file");
    }
}
