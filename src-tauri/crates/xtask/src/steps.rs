//! Named steps with their times, and the table that ends a run. It decides nothing about what a step does.

use crate::shell::{Failure, Outcome};
use std::time::{Duration, Instant};

struct Step {
    title: &'static str,
    took: Duration,
    failure: Option<String>,
}

/// The steps so far.
#[derive(Default)]
pub struct Steps {
    done: Vec<Step>,
}

impl Steps {
    /// A step that later ones build upon: its failure ends the run.
    pub fn must<T>(&mut self, title: &'static str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        println!("\n== {title}");
        let begun = Instant::now();
        let outcome = work();
        let failure = outcome.as_ref().err().map(ToString::to_string);
        if let Some(failure) = &failure {
            println!("xtask: {failure}");
        }
        self.done.push(Step { title, took: begun.elapsed(), failure });
        outcome
    }

    /// A step whose failure is remembered, so that one run shows everything that is wrong.
    pub fn check(&mut self, title: &'static str, work: impl FnOnce() -> Outcome) {
        // The failure is kept in the list; `verdict` returns it.
        let _kept = self.must(title, work);
    }

    /// The table, one line a step.
    pub fn table(&self) -> String {
        let width = self.done.iter().map(|step| step.title.chars().count()).max().unwrap_or(0).max("total".len());
        let mut lines: Vec<String> = self.done.iter().map(|step| row(step.title, width, step.took, step.failure.is_none())).collect();
        let total = self.done.iter().map(|step| step.took).sum();
        lines.push(row("total", width, total, self.failed().is_empty()));
        lines.join("\n")
    }

    /// `Ok` when every step went well; otherwise the names of those that did not.
    pub fn verdict(&self) -> Outcome {
        match self.failed().as_slice() {
            [] => Ok(()),
            failed => Err(Failure::new(format!("failed: {}.", failed.join("; ")))),
        }
    }

    fn failed(&self) -> Vec<String> {
        let failures = self.done.iter().filter_map(|step| step.failure.as_ref().map(|failure| format!("{} ({failure})", step.title)));
        failures.collect()
    }
}

fn row(title: &str, width: usize, took: Duration, well: bool) -> String {
    format!("{title:<width$}  {:>7.1} s  {}", took.as_secs_f64(), if well { "ok" } else { "FAILED" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_check_is_told_at_the_end_and_the_rest_still_runs() {
        let mut steps = Steps::default();
        steps.check("one", || Err(Failure::new("it broke.")));
        steps.check("two and more", || Ok(()));
        assert_eq!(steps.table().lines().count(), 3);
        assert!(steps.table().lines().all(|line| line.ends_with("ok") || line.ends_with("FAILED")));
        assert_eq!(steps.verdict().expect_err("one failed").to_string(), "failed: one (it broke.).");
    }

    #[test]
    fn all_well_is_ok() {
        let mut steps = Steps::default();
        assert_eq!(steps.must("one", || Ok(7)).expect("well"), 7);
        assert!(steps.verdict().is_ok());
    }
}
