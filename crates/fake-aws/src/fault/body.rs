//! Much in little.

use std::sync::LazyLock;

/// Bytes that [`BOMB`] unpacks to.
const UNPACKED: usize = 1 << 28;

/// 1.69 MB that unpack to 256 MB of blanks. What closes such a file is not there: nobody gets that far.
pub(super) static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| {
    /// A match is the longest there is.
    const MATCH: usize = 258;
    let mut bits = Bits::default();
    // A block of the fixed code, and not the last one.
    bits.push(0, 1);
    bits.push(1, 2);
    // A blank, and then the blank before, over and over.
    bits.push_code(0x30 + u32::from(b' '), 8);
    let mut packed = b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec();
    for _ in 0..UNPACKED / MATCH {
        bits.push_code(0b1100_0101, 8);
        bits.push_code(0, 5);
    }
    packed.extend(bits.bytes);
    packed
});

/// Bits as they are packed, the lowest of each byte first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    fn push(&mut self, value: u32, bits: u32) {
        for bit in 0..bits {
            if self.used == 0 {
                self.bytes.push(0);
            }
            let set = u8::from(value >> bit & 1 == 1);
            if let Some(last) = self.bytes.last_mut() {
                *last |= set << self.used;
            }
            self.used = (self.used + 1) % 8;
        }
    }

    /// A code goes with its highest bit first.
    fn push_code(&mut self, code: u32, bits: u32) {
        for bit in (0..bits).rev() {
            self.push(code >> bit & 1, 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BOMB, UNPACKED};

    #[test]
    fn it_begins_as_packed_files_do() {
        let packed = &*BOMB;
        assert!(packed.len() < UNPACKED / 100, "{}", packed.len());
        assert_eq!(packed[..2], [0x1f, 0x8b]);
    }
}
