//! The packed RTF in which Outlook keeps bodies (MS-OXRTFCP).
//!
//! The checksum is not verified: what can be unpacked is what counts.

/// What the dictionary holds before the first byte.
const START: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const WINDOW: usize = 4096;
const HEADER: usize = 16;

/// The RTF; what there is of it when the bytes end early. Never more than nine times as long as the packed bytes.
pub fn unpacked(packed: &[u8]) -> Vec<u8> {
    let Some((header, content)) = packed.split_at_checked(HEADER) else { return Vec::new() };
    match &header[8..12] {
        b"LZFu" => expanded(content),
        b"MELA" => content.to_vec(),
        _ => Vec::new(),
    }
}

fn expanded(content: &[u8]) -> Vec<u8> {
    let mut window = [b' '; WINDOW];
    window[..START.len()].copy_from_slice(START);
    let (mut at, mut out) = (START.len(), Vec::new());
    let mut bytes = content.iter().copied();
    let mut write = |byte: u8, at: &mut usize, window: &mut [u8; WINDOW]| {
        window[*at] = byte;
        *at = (*at + 1) % WINDOW;
        out.push(byte);
    };
    'all: while let Some(control) = bytes.next() {
        for bit in 0..8 {
            let Some(first) = bytes.next() else { break 'all };
            if control & (1 << bit) == 0 {
                write(first, &mut at, &mut window);
                continue;
            }
            let Some(second) = bytes.next() else { break 'all };
            let offset = usize::from(first) << 4 | usize::from(second >> 4);
            if offset == at {
                break 'all;
            }
            for step in 0..usize::from(second & 15) + 2 {
                let byte = window[(offset + step) % WINDOW];
                write(byte, &mut at, &mut window);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification_are_unpacked() {
        // MS-OXRTFCP, 3.1.1 and 3.1.2.
        let first =
            b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\x00\x0a\x00rcpg125\x42\x32\x0a\xf3 hel\x09\x00 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
        assert_eq!(unpacked(first), b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        let second = b"\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4\x4b\x51\x41\x00\x04\x20WXYZ\x0d\x6e\x7d\x01\x0e\xb0";
        assert_eq!(unpacked(second), b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
    }

    #[test]
    fn rubbish_gives_what_there_is() {
        let check = |packed: &[u8], expected: &[u8]| assert_eq!(unpacked(packed), expected);
        check(b"", b"");
        check(b"\0\0\0\0\0\0\0\0MELA\0\0\0\0{}", b"{}");
        check(b"\0\0\0\0\0\0\0\0LZFu\0\0\0\0\x00ab", b"ab");
        check(b"\0\0\0\0\0\0\0\0????\0\0\0\0abc", b"");
    }
}
