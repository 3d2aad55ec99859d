//! Numbers at places of a file that is in memory.
//!
//! Nothing is read beyond its end: that is damage.

use super::super::pixels::Stop;

/// The bytes of a file and how it writes numbers.
#[derive(Clone, Copy)]
pub struct Fields<'a> {
    pub bytes: &'a [u8],
    little: bool,
}

impl<'a> Fields<'a> {
    /// The least significant byte first.
    pub fn little(bytes: &'a [u8]) -> Self {
        Self { bytes, little: true }
    }

    /// The most significant byte first.
    pub fn big(bytes: &'a [u8]) -> Self {
        Self { bytes, little: false }
    }

    /// So many bytes from `at` on.
    ///
    /// # Errors
    /// `damaged` when there are fewer.
    pub fn slice(&self, at: usize, length: usize) -> Result<&'a [u8], Stop> {
        let end = at.checked_add(length).filter(|end| *end <= self.bytes.len());
        end.map(|end| &self.bytes[at..end]).ok_or_else(ends_early)
    }

    /// What follows `at`; nothing beyond the end.
    pub fn rest(&self, at: usize) -> &'a [u8] {
        self.bytes.get(at..).unwrap_or_default()
    }

    /// A number of one byte.
    ///
    /// # Errors
    /// `damaged` when it is not there, as for the others.
    pub fn u8(&self, at: usize) -> Result<u32, Stop> {
        self.number(at, 1)
    }

    /// A number of two bytes.
    pub fn u16(&self, at: usize) -> Result<u32, Stop> {
        self.number(at, 2)
    }

    /// A number of four bytes.
    pub fn u32(&self, at: usize) -> Result<u32, Stop> {
        self.number(at, 4)
    }

    fn number(&self, at: usize, length: usize) -> Result<u32, Stop> {
        let bytes = self.slice(at, length)?;
        let add = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
        Ok(if self.little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) })
    }
}

/// The file is shorter than what stands at its start needs.
pub fn ends_early() -> Stop {
    Stop::broken("it ends too early")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_both_orders_and_none_beyond_the_end() {
        let bytes = [1, 2, 3, 4, 5];
        assert_eq!((Fields::little(&bytes).u32(0), Fields::big(&bytes).u32(0)), (Ok(0x0403_0201), Ok(0x0102_0304)));
        assert_eq!((Fields::big(&bytes).u16(3), Fields::big(&bytes).u8(4)), (Ok(0x0405), Ok(5)));
        assert_eq!(Fields::big(&bytes).u16(4), Err(ends_early()));
        assert_eq!(Fields::big(&bytes).slice(usize::MAX, 2), Err(ends_early()));
        assert_eq!(Fields::big(&bytes).rest(9), b"");
    }
}
