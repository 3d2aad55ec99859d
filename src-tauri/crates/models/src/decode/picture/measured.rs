//! Measured values, which have no black and white of their own, as shades of gray.
//!
//! The least is black and the greatest white; what is no number is black.

/// From where to where the values go.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    least: f64,
    greatest: f64,
}

impl Scale {
    /// The scale of these values.
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let none = Self { least: f64::MAX, greatest: f64::MIN };
        let widened = |scale: Self, value: f64| Self { least: scale.least.min(value), greatest: scale.greatest.max(value) };
        values.filter(|value| value.is_finite()).fold(none, widened)
    }

    /// The shade of a value; the middle when all are the same.
    pub fn shade(self, value: f64) -> u8 {
        let share = if self.greatest > self.least { (value - self.least) / (self.greatest - self.least) } else { 0.5 };
        (share.clamp(0.0, 1.0) * 255.0).round() as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_is_black_and_the_greatest_white() {
        let check = |values: &[f64], expected: &[u8]| {
            let scale = Scale::of(values.iter().copied());
            assert_eq!(values.iter().map(|value| scale.shade(*value)).collect::<Vec<_>>(), expected);
        };
        check(&[-1.0, 4.0, 1.0], &[0, 255, 102]);
        check(&[f64::NAN, 0.0, f64::INFINITY, 2.0], &[0, 0, 255, 255]);
        check(&[7.0, 7.0], &[128, 128]);
        check(&[], &[]);
    }
}
