//! Which system calls this process may still make (seccomp). A call that is refused fails with `EPERM`.
//!
//! The decoder may make those in a list and no other. Model libraries are larger and input is clean, so those roles, and
//! programs, may make any but those in a list. New processes are refused to all; new threads are not.

use libc::{self as c, c_long};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Compare, SeccompCondition, SeccompFilter, SeccompRule,
    sock_filter,
};
use std::collections::BTreeMap;
use winnow_contract::worker::Role;

const REFUSED: SeccompAction = SeccompAction::Errno(c::EPERM as u32);
/// What the decoder may do. Asking for the facts of a file by name is among it, for the same call asks about a descriptor: it
/// tells nothing of content.
const DECODING: &[c_long] = &[
    // Descriptors it was handed, and the channel.
    c::SYS_read,
    c::SYS_pread64,
    c::SYS_readv,
    c::SYS_preadv,
    c::SYS_write,
    c::SYS_pwrite64,
    c::SYS_writev,
    c::SYS_pwritev,
    c::SYS_lseek,
    c::SYS_close,
    c::SYS_fstat,
    c::SYS_newfstatat,
    c::SYS_statx,
    c::SYS_fstatfs,
    c::SYS_fcntl,
    c::SYS_dup,
    c::SYS_dup3,
    c::SYS_ftruncate,
    c::SYS_fallocate,
    c::SYS_fadvise64,
    c::SYS_fsync,
    c::SYS_fdatasync,
    c::SYS_recvmsg,
    c::SYS_recvfrom,
    c::SYS_sendmsg,
    c::SYS_sendto,
    c::SYS_shutdown,
    c::SYS_ppoll,
    c::SYS_pselect6,
    // Memory.
    c::SYS_brk,
    c::SYS_munmap,
    c::SYS_mremap,
    c::SYS_madvise,
    c::SYS_mincore,
    c::SYS_membarrier,
    // Threads and waiting.
    c::SYS_clone3, // refused below as unknown, so that libraries take the older call
    c::SYS_futex,
    c::SYS_set_robust_list,
    c::SYS_get_robust_list,
    c::SYS_set_tid_address,
    c::SYS_rseq,
    c::SYS_exit,
    c::SYS_exit_group,
    c::SYS_sched_yield,
    c::SYS_sched_getaffinity,
    c::SYS_sched_getparam,
    c::SYS_sched_getscheduler,
    c::SYS_getpriority,
    c::SYS_setpriority,
    c::SYS_nanosleep,
    c::SYS_clock_nanosleep,
    c::SYS_restart_syscall,
    c::SYS_rt_sigaction,
    c::SYS_rt_sigprocmask,
    c::SYS_rt_sigreturn,
    c::SYS_sigaltstack,
    // Facts about itself and the system.
    c::SYS_getpid,
    c::SYS_gettid,
    c::SYS_getppid,
    c::SYS_getuid,
    c::SYS_geteuid,
    c::SYS_getgid,
    c::SYS_getegid,
    c::SYS_getrusage,
    c::SYS_getrandom,
    c::SYS_clock_gettime,
    c::SYS_clock_getres,
    c::SYS_gettimeofday,
    c::SYS_times,
    c::SYS_uname,
    c::SYS_sysinfo,
    c::SYS_getcpu,
    c::SYS_getcwd,
];
/// The same that only this architecture still has.
#[cfg(target_arch = "x86_64")]
const DECODING_HERE: &[c_long] = &[c::SYS_poll, c::SYS_select, c::SYS_dup2, c::SYS_time, c::SYS_arch_prctl];
#[cfg(not(target_arch = "x86_64"))]
const DECODING_HERE: &[c_long] = &[];

/// What nothing here needs once it runs.
const DENIED: &[c_long] = &[
    // The network, and sockets of other processes.
    c::SYS_socket,
    c::SYS_connect,
    c::SYS_bind,
    c::SYS_listen,
    c::SYS_accept,
    c::SYS_accept4,
    // Other processes.
    c::SYS_ptrace,
    c::SYS_process_vm_readv,
    c::SYS_process_vm_writev,
    c::SYS_process_madvise,
    c::SYS_process_mrelease,
    c::SYS_kcmp,
    c::SYS_pidfd_open,
    c::SYS_pidfd_getfd,
    c::SYS_pidfd_send_signal,
    c::SYS_kill,
    c::SYS_tkill,
    c::SYS_rt_sigqueueinfo,
    c::SYS_rt_tgsigqueueinfo,
    // The system as a whole.
    c::SYS_mount,
    c::SYS_umount2,
    c::SYS_mount_setattr,
    c::SYS_move_mount,
    c::SYS_open_tree,
    c::SYS_fsopen,
    c::SYS_fsconfig,
    c::SYS_fsmount,
    c::SYS_fspick,
    c::SYS_pivot_root,
    c::SYS_chroot,
    c::SYS_unshare,
    c::SYS_setns,
    c::SYS_swapon,
    c::SYS_swapoff,
    c::SYS_reboot,
    c::SYS_kexec_load,
    c::SYS_init_module,
    c::SYS_finit_module,
    c::SYS_delete_module,
    c::SYS_acct,
    c::SYS_quotactl,
    c::SYS_sethostname,
    c::SYS_setdomainname,
    c::SYS_settimeofday,
    c::SYS_clock_settime,
    c::SYS_adjtimex,
    c::SYS_clock_adjtime,
    c::SYS_syslog,
    c::SYS_vhangup,
    // Large and rarely needed parts of the kernel.
    c::SYS_add_key,
    c::SYS_request_key,
    c::SYS_keyctl,
    c::SYS_bpf,
    c::SYS_perf_event_open,
    c::SYS_userfaultfd,
    c::SYS_io_uring_setup,
    c::SYS_io_uring_enter,
    c::SYS_io_uring_register,
    c::SYS_open_by_handle_at,
    c::SYS_name_to_handle_at,
    c::SYS_fanotify_init,
    c::SYS_fanotify_mark,
    c::SYS_mknodat,
    c::SYS_personality,
    c::SYS_lookup_dcookie,
    c::SYS_migrate_pages,
    c::SYS_move_pages,
    // Limits.
    c::SYS_setrlimit,
];
#[cfg(target_arch = "x86_64")]
const DENIED_HERE: &[c_long] =
    &[c::SYS_fork, c::SYS_vfork, c::SYS_mknod, c::SYS_iopl, c::SYS_ioperm, c::SYS_modify_ldt, c::SYS_uselib, c::SYS_kexec_file_load];
#[cfg(not(target_arch = "x86_64"))]
const DENIED_HERE: &[c_long] = &[];

/// Filters of a role, in the order in which they are installed; none where this architecture is not known.
pub fn of_role(role: Role) -> Option<Vec<BpfProgram>> {
    match role {
        Role::Decode => Some(vec![common()?, filter(decoding()?, REFUSED, SeccompAction::Allow)?]),
        Role::Ocr | Role::Speech | Role::Embed => {
            let mut rules = denied()?;
            rules.extend([(c::SYS_execve, Vec::new()), (c::SYS_execveat, Vec::new())]);
            Some(vec![common()?, filter(rules, SeccompAction::Allow, REFUSED)?])
        }
    }
}

/// Filters of a program that is started in place of this one. It may start another: what Landlock lets it run is itself.
pub fn of_program() -> Option<Vec<BpfProgram>> {
    Some(vec![common()?, filter(denied()?, SeccompAction::Allow, REFUSED)?])
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn decoding() -> Option<Rules> {
    let mut rules = plain(DECODING.iter().chain(DECODING_HERE));
    rules.insert(c::SYS_clone, vec![rule(0, thread_flag(), c::CLONE_THREAD as u64)?]);
    rules.insert(c::SYS_tgkill, vec![rule(0, Compare::Eq, own_id())?]);
    // No memory becomes code.
    let code = Compare::MaskedEq(c::PROT_EXEC as u64);
    rules.insert(c::SYS_mmap, vec![rule(2, code.clone(), 0)?]);
    rules.insert(c::SYS_mprotect, vec![rule(2, code, 0)?]);
    // Asking for a limit, not setting one; naming a thread, and nothing else that this call does.
    rules.insert(c::SYS_prlimit64, vec![rule(2, Compare::Eq, 0)?]);
    rules.insert(c::SYS_prctl, vec![rule(0, Compare::Eq, c::PR_SET_NAME as u64)?]);
    Some(rules)
}

fn denied() -> Option<Rules> {
    let mut rules = plain(DENIED.iter().chain(DENIED_HERE));
    rules.insert(c::SYS_clone, vec![rule(0, thread_flag(), 0)?]);
    rules.insert(c::SYS_tgkill, vec![rule(0, Compare::Ne, own_id())?]);
    rules.insert(c::SYS_prlimit64, vec![rule(2, Compare::Ne, 0)?]);
    Some(rules)
}

/// Installed first: the newer call for threads hides its flags, so it is taken for unknown, as on an older kernel.
fn common() -> Option<BpfProgram> {
    let unknown = SeccompAction::Errno(c::ENOSYS as u32);
    let mut program = x32_refused();
    program.extend(filter(plain([c::SYS_clone3].iter()), SeccompAction::Allow, unknown)?);
    Some(program)
}

/// The calls of the x32 interface carry other numbers for the same work: all are refused.
#[cfg(target_arch = "x86_64")]
fn x32_refused() -> BpfProgram {
    // `BPF_LD | BPF_W | BPF_ABS`, `BPF_JMP | BPF_JGE | BPF_K`, `BPF_RET | BPF_K` (linux/bpf_common.h).
    const LOAD: u16 = 0x20;
    const AT_LEAST: u16 = 0x35;
    const RETURN: u16 = 0x06;
    // `__X32_SYSCALL_BIT` (asm/unistd.h), `SECCOMP_RET_ERRNO` (linux/seccomp.h).
    const X32: u32 = 0x4000_0000;
    const ERRNO: u32 = 0x0005_0000;
    let step = |code, jt, jf, k| sock_filter { code, jt, jf, k };
    vec![step(LOAD, 0, 0, 0), step(AT_LEAST, 0, 1, X32), step(RETURN, 0, 0, ERRNO | c::EPERM as u32)]
}

#[cfg(not(target_arch = "x86_64"))]
fn x32_refused() -> BpfProgram {
    Vec::new()
}

fn plain<'a>(calls: impl Iterator<Item = &'a c_long>) -> Rules {
    calls.map(|call| (*call, Vec::new())).collect()
}

fn rule(argument: u8, compare: Compare, value: u64) -> Option<SeccompRule> {
    let condition = SeccompCondition::new(argument, Length::Qword, compare, value).ok()?;
    SeccompRule::new(vec![condition]).ok()
}

fn thread_flag() -> Compare {
    Compare::MaskedEq(c::CLONE_THREAD as u64)
}

fn own_id() -> u64 {
    std::process::id().into()
}

/// `matched` for the calls in the rules, `other` for all others.
fn filter(rules: Rules, other: SeccompAction, matched: SeccompAction) -> Option<BpfProgram> {
    let here = std::env::consts::ARCH.try_into().ok()?;
    SeccompFilter::new(rules, other, matched, here).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_can_be_made_and_is_short_enough_for_the_kernel() {
        let filters = Role::ALL.iter().map(|role| of_role(*role)).chain([of_program()]);
        for filter in filters.flat_map(|filters| filters.expect("this architecture is known")) {
            assert!((4..=4096).contains(&filter.len()), "{} steps", filter.len());
        }
    }

    #[test]
    fn nothing_is_both_needed_and_denied() {
        assert!(DENIED.iter().all(|call| !DECODING.contains(call)));
    }
}
