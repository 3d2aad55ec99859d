//! Colours that screens do not have: inks, and CIE L*a*b*.
//!
//! Without colour profiles: as a viewer without colour management shows them.

/// Red, green and blue of four inks (cyan, magenta, yellow, black), where 255 is none.
pub fn of_inks([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    [cyan, magenta, yellow].map(|ink| (u16::from(ink) * u16::from(black) / 255) as u8)
}

/// Red, green and blue of a lightness (255 is white) and two opponents (128 is neutral): CIE 15, D50, to sRGB (IEC 61966-2-1).
pub fn of_lab([lightness, a, b]: [u8; 3]) -> [u8; 3] {
    let y = (f32::from(lightness) * 100.0 / 255.0 + 16.0) / 116.0;
    let x = y + (f32::from(a) - 128.0) / 500.0;
    let z = y - (f32::from(b) - 128.0) / 200.0;
    let [x, y, z] = [(x, 0.9642), (y, 1.0), (z, 0.8249)].map(|(value, white)| white * uncompressed(value));
    // From D50 as the colour space of profiles has it (ICC.1, Bradford).
    let linear = [
        3.133_856 * x - 1.616_867 * y - 0.490_615 * z,
        -0.978_768 * x + 1.916_142 * y + 0.033_454 * z,
        0.071_945 * x - 0.228_991 * y + 1.405_243 * z,
    ];
    linear.map(of_light)
}

fn uncompressed(value: f32) -> f32 {
    if value > 6.0 / 29.0 { value.powi(3) } else { 3.0 * (6.0_f32 / 29.0).powi(2) * (value - 4.0 / 29.0) }
}

/// The sRGB byte of an amount of light from 0 to 1.
pub fn of_light(light: f32) -> u8 {
    let light = light.clamp(0.0, 1.0);
    let value = if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inks_and_opponents_become_light() {
        let inks = |from: [u8; 4], expected: [u8; 3]| assert_eq!(of_inks(from), expected);
        inks([255, 255, 255, 255], [255, 255, 255]);
        inks([0, 255, 255, 255], [0, 255, 255]);
        inks([255, 255, 255, 0], [0, 0, 0]);
        let lab = |from: [u8; 3], expected: [u8; 3]| {
            let found = of_lab(from);
            assert!(found.iter().zip(expected).all(|(found, expected)| found.abs_diff(expected) <= 2), "{from:?}: {found:?}");
        };
        lab([255, 128, 128], [255, 255, 255]);
        lab([0, 128, 128], [0, 0, 0]);
        lab([138, 209, 198], [255, 0, 0]);
    }
}
