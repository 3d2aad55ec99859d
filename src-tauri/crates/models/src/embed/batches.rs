//! Which texts are embedded together: those of about equal length, the longest first.
//!
//! A pure function; it does not know what the texts mean.

use std::cmp::Reverse;

/// Positions of the texts in batches of at most `size`. Texts padded to one length waste the least when they are of equal
/// length, and threads end together when the long ones come first.
pub fn batches(texts: &[String], size: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|at| Reverse(texts[*at].len()));
    order.chunks(size.max(1)).map(<[usize]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_come_first_and_each_comes_once() {
        let check = |texts: &[&str], size: usize, expected: &[&[usize]]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(batches(&texts, size), expected, "{texts:?} by {size}");
        };
        check(&[], 8, &[]);
        check(&["a"], 8, &[&[0]]);
        check(&["a", "ccc", "bb", "", "dddd"], 2, &[&[4, 1], &[2, 0], &[3]]);
        check(&["a", "b", "c"], 1, &[&[0], &[1], &[2]]);
        check(&["a", "b"], 0, &[&[0], &[1]]);
    }
}
