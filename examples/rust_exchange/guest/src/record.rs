//! Records as w2c_exchange.h describes them: a head of 16 bytes ("W2CR", version, type, flags, sequence),
//! the length, the payload, CRC-32C of all of that.
pub struct Record<'a> {
    pub kind: u16,
    pub flags: u32,
    pub sequence: u32,
    pub payload: &'a [u8],
}

const HEAD: usize = 20;
const MAGIC: &[u8; 6] = b"W2CR\x01\x00";

const TABLE: [[u32; 256]; 8] = {
    let mut t = [[0u32; 256]; 8];
    let mut i = 0;
    while i < 256 {
        let mut c = i as u32;
        let mut k = 0;
        while k < 8 {
            c = if c & 1 != 0 { (c >> 1) ^ 0x82f6_3b78 } else { c >> 1 };
            k += 1;
        }
        t[0][i] = c;
        i += 1;
    }
    let mut s = 1;
    while s < 8 {
        let mut i = 0;
        while i < 256 {
            t[s][i] = (t[s - 1][i] >> 8) ^ t[0][(t[s - 1][i] & 255) as usize];
            i += 1;
        }
        s += 1;
    }
    t
};

pub fn crc32c(crc: u32, bytes: &[u8]) -> u32 {
    let mut c = !crc;
    let mut words = bytes.chunks_exact(8);
    for w in &mut words {
        let low = c ^ u32::from_le_bytes([w[0], w[1], w[2], w[3]]);
        c = TABLE[7][(low & 255) as usize]
            ^ TABLE[6][(low >> 8 & 255) as usize]
            ^ TABLE[5][(low >> 16 & 255) as usize]
            ^ TABLE[4][(low >> 24) as usize]
            ^ TABLE[3][w[4] as usize]
            ^ TABLE[2][w[5] as usize]
            ^ TABLE[1][w[6] as usize]
            ^ TABLE[0][w[7] as usize];
    }
    for byte in words.remainder() {
        c = (c >> 8) ^ TABLE[0][((c ^ u32::from(*byte)) & 255) as usize];
    }
    !c
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn read(bytes: &[u8]) -> Option<(Record<'_>, &[u8])> {
    if bytes.len() < HEAD + 4 || !bytes.starts_with(MAGIC) {
        return None;
    }
    let len = u32_at(bytes, 16) as usize;
    if len > bytes.len() - HEAD - 4 || u32_at(bytes, HEAD + len) != crc32c(0, &bytes[..HEAD + len]) {
        return None;
    }
    let kind = u16::from_le_bytes([bytes[6], bytes[7]]);
    let record = Record { kind, flags: u32_at(bytes, 8), sequence: u32_at(bytes, 12), payload: &bytes[HEAD..HEAD + len] };
    Some((record, &bytes[HEAD + len + 4..]))
}

/// The next good record, whatever stands before it.
pub fn next(mut bytes: &[u8]) -> Option<(Record<'_>, &[u8])> {
    while !bytes.is_empty() {
        if let Some(found) = read(bytes) {
            return Some(found);
        }
        bytes = &bytes[1..];
    }
    None
}

pub fn put_reversed(to: &mut [u8], kind: u16, flags: u32, sequence: u32, payload: &[u8]) -> Option<usize> {
    let end = HEAD + payload.len();
    if to.len() < end + 4 {
        return None;
    }
    to[..6].copy_from_slice(MAGIC);
    to[6..8].copy_from_slice(&kind.to_le_bytes());
    to[8..12].copy_from_slice(&flags.to_le_bytes());
    to[12..16].copy_from_slice(&sequence.to_le_bytes());
    to[16..20].copy_from_slice(&(payload.len() as u32).to_le_bytes());
    for (out, byte) in to[HEAD..end].iter_mut().zip(payload.iter().rev()) {
        *out = *byte;
    }
    let sum = crc32c(0, &to[..end]);
    to[end..end + 4].copy_from_slice(&sum.to_le_bytes());
    Some(end + 4)
}
