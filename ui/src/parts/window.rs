//! Which rows of a long list are in view: the arithmetic of virtual lists.
//!
//! Knows no element.

use std::ops::Range;

/// A screenful stays under eighty nodes: beyond that the window becomes slow.
const MOST_NODES: u32 = 79;

/// A list of equally high rows, seen through a view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    pub columns: u32,
    /// Pixels from one row to the next.
    pub pitch: f64,
    pub items: u32,
    pub scroll: f64,
    pub height: f64,
}

impl Window {
    /// How many cards of at least `card` pixels with `gap` between them stand in `width`, where so many rows are drawn.
    pub fn columns(width: f64, card: f64, gap: f64, rows: u32) -> u32 {
        (((width + gap) / (card + gap)).floor() as u32).clamp(1, (MOST_NODES / rows.max(1)).max(1))
    }

    /// Rows drawn in a view: those seen, and one above and below.
    pub fn rows_drawn(height: f64, pitch: f64) -> u32 {
        (height / pitch).ceil() as u32 + 2
    }

    /// Height of all rows.
    pub fn full_height(&self) -> f64 {
        f64::from(self.items.div_ceil(self.columns)) * self.pitch
    }

    /// Rows and the items on them that are in view, with one row more below and above.
    pub fn items_in_view(&self) -> Range<u32> {
        // A list that became shorter is seen at its end.
        let scroll = self.scroll.min((self.full_height() - self.height).max(0.0));
        let first = ((scroll / self.pitch).floor() - 1.0).max(0.0) as u32;
        let rows = Self::rows_drawn(self.height, self.pitch);
        let start = (first * self.columns).min(self.items);
        start..(start + rows * self.columns).min(self.items)
    }

    /// Distance of an item's row from the top.
    pub fn top(&self, item: u32) -> f64 {
        f64::from(item / self.columns) * self.pitch
    }

    /// Where to scroll so that an item is in view; none when it is.
    pub fn scroll_to(&self, item: u32) -> Option<f64> {
        let top = self.top(item);
        let bottom = top + self.pitch;
        if top < self.scroll {
            Some(top)
        } else if bottom > self.scroll + self.height {
            Some(bottom - self.height)
        } else {
            None
        }
    }

    /// Rows that fit.
    pub fn rows_per_screen(&self) -> u32 {
        ((self.height / self.pitch).floor() as u32).max(1)
    }
}

/// Where the selection goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Left,
    Right,
    Up,
    Down,
    First,
    Last,
    PageUp,
    PageDown,
}

impl Window {
    /// The item a move leads to; it stays where the list ends.
    pub fn moved(&self, from: u32, to: Move) -> u32 {
        let last = self.items.saturating_sub(1);
        let screen = self.rows_per_screen() * self.columns;
        // Above a last row that is not full, down leads to its end.
        let another_row = (from / self.columns + 1) * self.columns <= last;
        let down = if another_row { (from + self.columns).min(last) } else { from };
        match to {
            Move::Left => from.saturating_sub(1),
            Move::Right => (from + 1).min(last),
            Move::Up => from.checked_sub(self.columns).unwrap_or(from),
            Move::Down => down,
            Move::First => 0,
            Move::Last => last,
            Move::PageUp => from.checked_sub(screen).unwrap_or(from % self.columns),
            Move::PageDown => (from + screen).min(last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: Window = Window { columns: 5, pitch: 100.0, items: 10_003, scroll: 1000.0, height: 450.0 };

    #[test]
    fn only_what_is_seen_is_drawn() {
        assert_eq!(LIST.items_in_view(), 45..80);
        assert_eq!(Window { scroll: 0.0, items: 7, ..LIST }.items_in_view(), 0..7);
        assert_eq!(Window { items: 0, ..LIST }.items_in_view(), 0..0);
        assert_eq!(Window { items: 20, ..LIST }.items_in_view(), 0..20);
        assert_eq!(LIST.full_height(), 200_100.0);
    }

    #[test]
    fn a_screenful_stays_under_eighty() {
        for (width, height) in [(800.0, 700.0), (1200.0, 850.0), (2300.0, 1300.0), (3600.0, 2000.0)] {
            let columns = Window::columns(width, 176.0, 20.0, Window::rows_drawn(height, 246.0));
            let list = Window { columns, pitch: 246.0, items: 10_000, scroll: 5000.0, height };
            assert!(list.items_in_view().len() < 80, "{width} × {height}: {}", list.items_in_view().len());
        }
    }

    #[test]
    fn the_selection_moves_like_a_file_manager() {
        let check = |from, to, expected| assert_eq!(LIST.moved(from, to), expected, "{from} {to:?}");
        check(0, Move::Left, 0);
        check(4, Move::Right, 5);
        check(3, Move::Up, 3);
        check(8, Move::Up, 3);
        check(8, Move::Down, 13);
        check(9_999, Move::Down, 10_002);
        check(10_001, Move::Down, 10_001);
        check(3, Move::PageDown, 23);
        check(23, Move::PageUp, 3);
        check(13, Move::PageUp, 3);
        check(7, Move::Last, 10_002);
    }

    #[test]
    fn a_selected_item_comes_into_view() {
        assert_eq!(LIST.scroll_to(0), Some(0.0));
        assert_eq!(LIST.scroll_to(51), None);
        assert_eq!(LIST.scroll_to(75), Some(1150.0));
    }
}
