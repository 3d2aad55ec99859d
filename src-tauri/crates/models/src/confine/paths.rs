//! Landlock: which files this process may still open. Sockets of the network and signals to others are refused always.
//!
//! What was handed over as a descriptor stays usable, with the rights it was opened with. Covers the calling thread and
//! those it starts later.

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, LandlockStatus, PathBeneath, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr,
    RulesetError, RulesetStatus, Scope, path_beneath_rules,
};
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

/// The newest version whose rights are named here; an older kernel is asked for what it knows.
const NEWEST: ABI = ABI::V9;
/// Where the kernel tells which processors there are, and what they can do.
const PROCESSORS: &[&str] = &["/proc/cpuinfo", "/sys/devices/system/cpu"];
/// Where shared libraries lie.
const LIBRARIES: &[&str] = &["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"];
/// What the loader of shared libraries reads.
const LOADER: &[&str] = &["/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.preload"];
/// The loader itself, which the kernel runs first.
const LOADERS: &[&str] = &[
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
    "/lib/ld-linux-riscv64-lp64d.so.1",
    "/lib/ld-musl-x86_64.so.1",
    "/lib/ld-musl-aarch64.so.1",
];

/// What stays within reach.
pub enum Reach<'a> {
    /// Only what is handed over.
    Nothing,
    /// Any file its user may read: models and libraries. A graphics device too, which is opened for writing.
    Reading,
    /// Which processors there are.
    Processors,
    /// A program, its libraries and the file at standard input.
    Program(&'a Path),
}

/// Restricts this thread, and gives the version of Landlock that is in force; none without Landlock.
pub fn restrict(reach: &Reach) -> Option<u32> {
    let ruleset = match reach {
        Reach::Nothing => fresh(),
        Reach::Reading => fresh().and_then(reading),
        Reach::Processors => fresh().and_then(looking),
        // A file that cannot be named in a rule (one in memory) is outside of Landlock, and can be opened without.
        Reach::Program(program) => fresh().and_then(input).or_else(|_| fresh()).and_then(|rules| running(rules, program)),
    };
    let status = ruleset.and_then(RulesetCreated::restrict_self).ok()?;
    match (status.ruleset, status.landlock) {
        (RulesetStatus::NotEnforced, _) | (_, LandlockStatus::NotEnabled | LandlockStatus::NotImplemented) => None,
        (_, LandlockStatus::Available { effective_abi, .. }) => Some(version(effective_abi)),
    }
}

fn fresh() -> Result<RulesetCreated, RulesetError> {
    let rules = Ruleset::default().handle_access(AccessFs::from_all(NEWEST))?.handle_access(AccessNet::from_all(NEWEST))?;
    rules.scope(Scope::from_all(NEWEST))?.create()
}

fn reading(rules: RulesetCreated) -> Result<RulesetCreated, RulesetError> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let rules = rules.add_rules(path_beneath_rules(["/"], read))?;
    rules.add_rules(path_beneath_rules(["/dev"], read | AccessFs::WriteFile | AccessFs::IoctlDev))
}

fn looking(rules: RulesetCreated) -> Result<RulesetCreated, RulesetError> {
    rules.add_rules(path_beneath_rules(PROCESSORS, AccessFs::ReadFile | AccessFs::ReadDir))
}

fn input(rules: RulesetCreated) -> Result<RulesetCreated, RulesetError> {
    rules.add_rule(PathBeneath::new(io::stdin().as_fd(), AccessFs::ReadFile))
}

fn running(rules: RulesetCreated, program: &Path) -> Result<RulesetCreated, RulesetError> {
    let run: BitFlags<AccessFs> = AccessFs::ReadFile | AccessFs::Execute;
    let rules = rules.add_rules(path_beneath_rules([program], run))?;
    let rules = rules.add_rules(path_beneath_rules(LOADERS, run))?;
    rules.add_rules(path_beneath_rules(LIBRARIES.iter().chain(LOADER), AccessFs::ReadFile | AccessFs::ReadDir))
}

fn version(abi: ABI) -> u32 {
    let known = [ABI::V1, ABI::V2, ABI::V3, ABI::V4, ABI::V5, ABI::V6, ABI::V7, ABI::V8, ABI::V9];
    known.iter().position(|each| *each == abi).map_or(known.len() as u32, |at| at as u32 + 1)
}
