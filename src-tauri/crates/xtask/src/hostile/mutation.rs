//! Mutations of bytes: flipped bits, cuts, repeats, splices of two files, lengths that lie. The same dice make the same bytes.
//!
//! Knows no format, so whatever field a mutation strikes, it strikes. Also a module of the readers' fuzz targets.

/// Small numbers that look random (xorshift64*).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self((seed ^ 0x9e37_79b9_7f4a_7c15).max(1))
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Below `limit`; 0 when there is nothing below it.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 16) as usize % limit.max(1)
    }
}

/// One to four changes.
pub fn mutation(one: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = one.to_vec();
    for _ in 0..=dice.below(4) {
        change(&mut bytes, other, dice);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    let at = dice.below(bytes.len());
    match dice.below(8) {
        // Bits flipped, mostly near the beginning, where headers are.
        0 | 1 => (0..=dice.below(32)).for_each(|_| {
            let reach = if dice.below(2) == 0 { bytes.len().min(512) } else { bytes.len() };
            let at = dice.below(reach);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << dice.below(8);
            }
        }),
        2 => bytes.truncate(at),
        // A part is gone.
        3 => drop(bytes.drain(at..(at + dice.below(4096)).min(bytes.len()))),
        // A part comes twice.
        4 => {
            let part = bytes[at..(at + dice.below(4096)).min(bytes.len())].to_vec();
            bytes.splice(at..at, part);
        }
        // The beginning of one and the end of another.
        5 => {
            bytes.truncate(at);
            bytes.extend_from_slice(&other[dice.below(other.len()).min(other.len())..]);
        }
        // A number as large or as small as it gets.
        6 | 7 => {
            let values: [&[u8]; 6] = [&[0xff; 4], &[0; 4], &[0x7f, 0xff, 0xff, 0xff], &[0xff, 0xff, 0xff, 0x7f], &[0xff; 8], &[0xff, 0xff]];
            let value = values[dice.below(values.len())];
            let end = (at + value.len()).min(bytes.len());
            bytes[at..end].copy_from_slice(&value[..end - at]);
        }
        _ => {}
    }
}
