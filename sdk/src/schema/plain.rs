//! What stands in a JSON string as it is: eight bytes are looked at in one step.

/// The highest bit of each byte that ends a string or may not be in it, from the first one on: those
/// above the first may be set for no reason.
const fn odd(bytes: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const fn zeros(bytes: u64) -> u64 {
        bytes.wrapping_sub(ONES) & !bytes
    }
    let control = bytes.wrapping_sub(ONES * 0x20) & !bytes;
    let quote = zeros(bytes ^ (ONES * b'"' as u64));
    let escape = zeros(bytes ^ (ONES * b'\\' as u64));
    (control | quote | escape) & (ONES << 7)
}

const fn is_odd(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// How many bytes stand in a string before its end, an escape or what may not be in it.
#[inline]
pub(super) fn plain(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(eight) = text[at..].first_chunk() {
        let found = odd(u64::from_le_bytes(*eight));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + text[at..].iter().position(|byte| is_odd(*byte)).unwrap_or(text.len() - at)
}

/// Whether all of it stands in a string as it is.
#[inline]
pub(super) fn is_plain(text: &[u8]) -> bool {
    if let Some(last) = text.last_chunk() {
        // The last eight overlap those before.
        let mut found = odd(u64::from_le_bytes(*last));
        let mut rest = text;
        while let Some((eight, others)) = rest.split_first_chunk() {
            found |= odd(u64::from_le_bytes(*eight));
            rest = others;
        }
        return found == 0;
    }
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        let [first, last] = [first, last].map(|four| u64::from(u32::from_le_bytes(*four)));
        return odd(first | last << 32) == 0;
    }
    !text.iter().any(|byte| is_odd(*byte))
}

#[cfg(test)]
mod tests {
    use super::{is_odd, is_plain, plain};

    #[test]
    fn every_byte_is_judged_at_every_place_of_a_text_of_every_length() {
        for len in 0..=33 {
            assert!(is_plain(&vec![b' '; len]));
            for (at, byte) in (0..len).flat_map(|at| (0..=u8::MAX).map(move |byte| (at, byte))) {
                let mut text = vec![b'!'; len];
                text[at] = byte;
                assert_eq!(is_plain(&text), !is_odd(byte), "{byte} at {at} of {len}");
                assert_eq!(plain(&text), if is_odd(byte) { at } else { len }, "{byte} at {at}");
            }
        }
    }

    #[test]
    fn the_first_of_several_is_found() {
        for odd in [b'"', b'\\', 0, 0x1f] {
            let text = [b"0123456".as_slice(), &[odd, 1, b'#', b'"']].concat();
            assert_eq!(plain(&text), 7);
        }
    }
}
