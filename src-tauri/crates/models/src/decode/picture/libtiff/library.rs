//! The one place that calls libtiff's C interface; its owner sees only safe functions and plain values.
//!
//! Unsafe is allowed here because the C interface offers nothing else. The rules: the library is never unloaded; a file is
//! closed once (`Drop`) and before the bytes it reads go away (lifetimes); libtiff writes into no buffer that is smaller
//! than what it was told; it opens no path, for it reads through the functions below.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// Names under which the library is installed.
const NAMES: [&str; 6] = ["libtiff.so.6", "libtiff.so.5", "libtiff.6.dylib", "libtiff.5.dylib", "tiff.dll", "libtiff-6.dll"];
/// `r` reads, `h` leaves the first directory alone, `m` maps nothing.
const MODE: &CStr = c"rhm";
/// Tags of the size.
const WIDTH: u32 = 256;
const HEIGHT: u32 = 257;
/// Characters of the reason that `TIFFRGBAImageOK` gives.
const REASON: usize = 1024;

type Tiff = c_void;
type Transfer = unsafe extern "C" fn(*mut c_void, *mut c_void, isize) -> isize;
type Seek = unsafe extern "C" fn(*mut c_void, u64, c_int) -> u64;
type Close = unsafe extern "C" fn(*mut c_void) -> c_int;
type Size = unsafe extern "C" fn(*mut c_void) -> u64;
type Map = unsafe extern "C" fn(*mut c_void, *mut *mut c_void, *mut u64) -> c_int;
type Unmap = unsafe extern "C" fn(*mut c_void, *mut c_void, u64);
type Open = unsafe extern "C" fn(*const c_char, *const c_char, *mut c_void, Transfer, Transfer, Seek, Close, Size, Map, Unmap) -> *mut Tiff;

/// The functions that are used, with the signatures of tiffio.h (4.0 and later).
pub struct Library {
    open: Open,
    close: unsafe extern "C" fn(*mut Tiff),
    directory: unsafe extern "C" fn(*mut Tiff, u64) -> c_int,
    field: unsafe extern "C" fn(*mut Tiff, c_uint, ...) -> c_int,
    is_tiled: unsafe extern "C" fn(*mut Tiff) -> c_int,
    strip_size: unsafe extern "C" fn(*mut Tiff) -> isize,
    tile_size: unsafe extern "C" fn(*mut Tiff) -> isize,
    row_size: unsafe extern "C" fn(*mut Tiff) -> isize,
    strips: unsafe extern "C" fn(*mut Tiff) -> u32,
    strip: unsafe extern "C" fn(*mut Tiff, u32, *mut c_void, isize) -> isize,
    knows: unsafe extern "C" fn(*mut Tiff, *mut c_char) -> c_int,
    read: unsafe extern "C" fn(*mut Tiff, u32, u32, *mut u32, c_int, c_int) -> c_int,
    _library: libloading::Library,
}

/// The address of a function by its name in the library.
macro_rules! function {
    ($library:expr, $name:literal) => {
        // SAFETY: the type of the field is the function's signature in tiffio.h, and the library stays loaded beside it.
        *unsafe { $library.get($name) }.ok()?
    };
}

impl Library {
    /// Loads the library, and lets it print nothing; none where it is not installed.
    pub fn load() -> Option<Self> {
        // SAFETY: a system library whose initialisers only register its compressions.
        let library = NAMES.iter().find_map(|name| unsafe { libloading::Library::new(*name) }.ok())?;
        for name in ["TIFFSetErrorHandler", "TIFFSetWarningHandler"] {
            // SAFETY: the signature of tiffio.h with the handlers as plain pointers; none of them means silence.
            let silence = unsafe { library.get::<unsafe extern "C" fn(*const c_void) -> *const c_void>(name) }.ok()?;
            // SAFETY: as above.
            unsafe { silence(ptr::null()) };
        }
        Some(Self {
            open: function!(library, "TIFFClientOpen"),
            close: function!(library, "TIFFClose"),
            directory: function!(library, "TIFFSetSubDirectory"),
            field: function!(library, "TIFFGetField"),
            is_tiled: function!(library, "TIFFIsTiled"),
            strip_size: function!(library, "TIFFStripSize"),
            tile_size: function!(library, "TIFFTileSize"),
            row_size: function!(library, "TIFFScanlineSize"),
            strips: function!(library, "TIFFNumberOfStrips"),
            strip: function!(library, "TIFFReadEncodedStrip"),
            knows: function!(library, "TIFFRGBAImageOK"),
            read: function!(library, "TIFFReadRGBAImageOriented"),
            _library: library,
        })
    }

    /// Opens the directory that stands at an offset; none when libtiff finds none there.
    pub fn open<'a>(&'a self, bytes: &'a [u8], directory: u64) -> Option<File<'a>> {
        let client = Box::into_raw(Box::new(Client { bytes: bytes.as_ptr(), length: bytes.len(), at: 0 }));
        // SAFETY: the names end in zero, the client lives until `Drop`, and the functions are those of this file.
        let tiff = unsafe { (self.open)(c"picture".as_ptr(), MODE.as_ptr(), client.cast(), read, write, seek, close, size, map, unmap) };
        let Some(tiff) = NonNull::new(tiff) else {
            // SAFETY: made above, and nobody else has it.
            drop(unsafe { Box::from_raw(client) });
            return None;
        };
        let file = File { library: self, tiff, client, bytes: PhantomData };
        // SAFETY: the file is ours.
        (unsafe { (self.directory)(tiff.as_ptr(), directory) } == 1).then_some(file)
    }
}

/// Tags that have one number of 16 bits.
#[derive(Clone, Copy)]
pub enum ShortTag {
    Bits = 258,
    Photometric = 262,
    Samples = 277,
    Format = 339,
}

/// An opened directory.
pub struct File<'a> {
    library: &'a Library,
    tiff: NonNull<Tiff>,
    client: *mut Client,
    bytes: PhantomData<&'a [u8]>,
}

impl File<'_> {
    /// Width and height; none when it has none.
    pub fn size(&self) -> Option<(u32, u32)> {
        let number = |tag: u32| {
            let mut number = 0_u32;
            // SAFETY: the file is ours, and these tags have one number of 32 bits.
            let found = unsafe { (self.library.field)(self.tiff.as_ptr(), tag, &raw mut number) };
            (found == 1).then_some(number)
        };
        Some((number(WIDTH)?, number(HEIGHT)?))
    }

    /// A number of 16 bits; only for tags that have one. None when it is not there.
    pub fn short(&self, tag: ShortTag) -> Option<u16> {
        let mut number = 0_u16;
        // SAFETY: the file is ours, and these tags have one number of 16 bits.
        let found = unsafe { (self.library.field)(self.tiff.as_ptr(), tag as c_uint, &raw mut number) };
        (found == 1).then_some(number)
    }

    /// Rows as they are stored, at most `most` bytes of them, and the bytes of one; none of a file in tiles. Numbers of 16,
    /// 32 and 64 bits are in the order of this machine.
    pub fn rows(&self, most: u64) -> Option<(usize, Vec<u8>)> {
        let (_, height) = self.size()?;
        let tiff = self.tiff.as_ptr();
        // SAFETY: the file is ours; these functions only look.
        let (row, strips, tiled) = unsafe { ((self.library.row_size)(tiff), (self.library.strips)(tiff), (self.library.is_tiled)(tiff)) };
        let (row, piece) = (usize::try_from(row).ok().filter(|row| *row > 0 && tiled == 0)?, usize::try_from(self.piece()?).ok()?);
        let total = row.checked_mul(height as usize).filter(|total| *total as u64 <= most && piece as u64 <= most)?;
        let (mut rows, mut strip) = (Vec::new(), vec![0; piece]);
        for number in 0..strips {
            if rows.len() >= total {
                break;
            }
            // SAFETY: the file is ours, and the strip has the length that is told with it.
            let read = unsafe { (self.library.strip)(tiff, number, strip.as_mut_ptr().cast(), piece.cast_signed()) };
            let read = usize::try_from(read).ok().filter(|read| *read > 0)?;
            rows.extend_from_slice(strip.get(..read.min(total - rows.len()))?);
        }
        (rows.len() == total).then_some((row, rows))
    }

    /// Bytes of one strip or tile when it is unpacked; none when that is more than it can count.
    pub fn piece(&self) -> Option<u64> {
        let tiff = self.tiff.as_ptr();
        // SAFETY: the file is ours; these functions only look.
        let bytes =
            unsafe { if (self.library.is_tiled)(tiff) != 0 { (self.library.tile_size)(tiff) } else { (self.library.strip_size)(tiff) } };
        u64::try_from(bytes).ok().filter(|bytes| *bytes > 0)
    }

    /// Whether it can be drawn at all.
    ///
    /// # Errors
    /// What libtiff says of it.
    pub fn is_known(&self) -> Result<(), String> {
        let mut reason = [0; REASON];
        // SAFETY: the file is ours, and the reason has the length that tiffio.h asks for.
        if unsafe { (self.library.knows)(self.tiff.as_ptr(), reason.as_mut_ptr()) } == 1 {
            return Ok(());
        }
        reason[REASON - 1] = 0;
        // SAFETY: it ends in zero, at the latest at its end.
        Err(unsafe { CStr::from_ptr(reason.as_ptr()) }.to_string_lossy().into_owned())
    }

    /// Its pixels row by row as they are stored, when they are at most `most`: opacity in the highest byte, then blue, green
    /// and red, each multiplied by the opacity. `orientation` is what the file says. None when it is damaged.
    pub fn pixels(&self, orientation: u32, most: u64) -> Option<Vec<u32>> {
        let (width, height) = self.size()?;
        let count = u64::from(width) * u64::from(height);
        let mut pixels = vec![0_u32; usize::try_from(count).ok().filter(|_| count > 0 && count <= most)?];
        let (orientation, stop_at_damage) = (c_int::try_from(orientation).ok()?, 1);
        // SAFETY: the file is ours, and the pixels are as many as the size that is told with them.
        let read = unsafe { (self.library.read)(self.tiff.as_ptr(), width, height, pixels.as_mut_ptr(), orientation, stop_at_damage) };
        (read == 1).then_some(pixels)
    }
}

impl Drop for File<'_> {
    fn drop(&mut self) {
        // SAFETY: both were made when it was opened, and are freed once; libtiff lets go of the client first.
        unsafe {
            (self.library.close)(self.tiff.as_ptr());
            drop(Box::from_raw(self.client));
        }
    }
}

/// The bytes of a file and where it is read.
struct Client {
    bytes: *const u8,
    length: usize,
    at: usize,
}

/// As much as there is from where it is read.
unsafe extern "C" fn read(client: *mut c_void, into: *mut c_void, length: isize) -> isize {
    // SAFETY: libtiff hands back the client it was opened with, and calls nothing else meanwhile.
    let client = unsafe { &mut *client.cast::<Client>() };
    let length = usize::try_from(length).unwrap_or(0).min(client.length.saturating_sub(client.at));
    if length > 0 {
        // SAFETY: so many bytes lie within the file, and libtiff has room for them.
        unsafe { ptr::copy_nonoverlapping(client.bytes.add(client.at), into.cast(), length) };
    }
    client.at += length;
    length.cast_signed()
}

/// Nothing is ever written.
unsafe extern "C" fn write(_client: *mut c_void, _from: *mut c_void, _length: isize) -> isize {
    0
}

/// Where it is read next: from the start, from there, or from the end (SEEK_SET, SEEK_CUR, SEEK_END).
unsafe extern "C" fn seek(client: *mut c_void, by: u64, from: c_int) -> u64 {
    // SAFETY: as in `read`.
    let client = unsafe { &mut *client.cast::<Client>() };
    let start = match from {
        0 => 0,
        1 => client.at as u64,
        _ => client.length as u64,
    };
    // Backwards is a very large number; beyond the end there is nothing to read.
    client.at = usize::try_from(start.wrapping_add(by)).unwrap_or(usize::MAX);
    client.at as u64
}

unsafe extern "C" fn close(_client: *mut c_void) -> c_int {
    0
}

unsafe extern "C" fn size(client: *mut c_void) -> u64 {
    // SAFETY: as in `read`.
    unsafe { (*client.cast::<Client>()).length as u64 }
}

/// Nothing is mapped.
unsafe extern "C" fn map(_client: *mut c_void, _base: *mut *mut c_void, _size: *mut u64) -> c_int {
    0
}

unsafe extern "C" fn unmap(_client: *mut c_void, _base: *mut c_void, _size: u64) {}
