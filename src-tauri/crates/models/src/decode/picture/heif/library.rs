//! The one place that calls libheif's C interface; its owner sees only safe functions and plain values.
//!
//! Unsafe is allowed here because the C interface offers nothing else. The rules: the library is never unloaded; each object
//! is freed once (`Drop`) and cannot outlive what it was taken from (lifetimes); what libheif hands out is copied at once.
#![allow(unsafe_code)]

use image::{DynamicImage, RgbImage};
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// Names under which the library is installed.
const NAMES: [&str; 3] = ["libheif.so.1", "libheif.1.dylib", "heif.dll"];
/// Larger blocks of metadata are not read.
const METADATA: usize = 4 << 20;
/// `heif_colorspace_RGB`, `heif_chroma_interleaved_RGB` and `heif_channel_interleaved` of heif.h.
const RGB: c_int = 1;
const INTERLEAVED_RGB: c_int = 10;
const INTERLEAVED: c_int = 10;

type Context = c_void;
type Handle = c_void;
type Image = c_void;

/// `heif_error`: code 0 is success; the message is a static string or lives in the context.
#[repr(C)]
struct Status {
    code: c_int,
    subcode: c_int,
    message: *const c_char,
}

/// The functions that are used, with the signatures of heif.h (1.12 and later).
pub struct Library {
    context_alloc: unsafe extern "C" fn() -> *mut Context,
    context_free: unsafe extern "C" fn(*mut Context),
    read: unsafe extern "C" fn(*mut Context, *const c_void, usize, *const c_void) -> Status,
    primary: unsafe extern "C" fn(*mut Context, *mut *mut Handle) -> Status,
    handle_release: unsafe extern "C" fn(*const Handle),
    handle_width: unsafe extern "C" fn(*const Handle) -> c_int,
    handle_height: unsafe extern "C" fn(*const Handle) -> c_int,
    decode: unsafe extern "C" fn(*const Handle, *mut *mut Image, c_int, c_int, *const c_void) -> Status,
    image_release: unsafe extern "C" fn(*const Image),
    image_width: unsafe extern "C" fn(*const Image, c_int) -> c_int,
    image_height: unsafe extern "C" fn(*const Image, c_int) -> c_int,
    plane: unsafe extern "C" fn(*const Image, c_int, *mut c_int) -> *const u8,
    metadata_ids: unsafe extern "C" fn(*const Handle, *const c_char, *mut u32, c_int) -> c_int,
    metadata_size: unsafe extern "C" fn(*const Handle, u32) -> usize,
    metadata: unsafe extern "C" fn(*const Handle, u32, *mut c_void) -> Status,
    /// Decoding in the caller's thread only; not in old versions.
    threads: Option<unsafe extern "C" fn(*mut Context, c_int)>,
    _library: libloading::Library,
}

/// The address of a function by its name in the library.
macro_rules! function {
    ($library:expr, $name:literal) => {
        // SAFETY: the type of the field is the function's signature in heif.h, and the library stays loaded beside it.
        *unsafe { $library.get($name) }.ok()?
    };
}

impl Library {
    /// Loads the library and its decoders; none where it is not installed.
    pub fn load() -> Option<Self> {
        // SAFETY: a system library whose initialisers only register its decoders.
        let library = NAMES.iter().find_map(|name| unsafe { libloading::Library::new(*name) }.ok())?;
        // SAFETY: the signature of heif.h; without parameters it loads the decoders that are installed as plug-ins. It is
        // absent from old versions, which have theirs built in.
        if let Ok(init) = unsafe { library.get::<unsafe extern "C" fn(*mut c_void) -> Status>("heif_init") } {
            // SAFETY: as above.
            unsafe { init(ptr::null_mut()) };
        }
        Some(Self {
            context_alloc: function!(library, "heif_context_alloc"),
            context_free: function!(library, "heif_context_free"),
            read: function!(library, "heif_context_read_from_memory_without_copy"),
            primary: function!(library, "heif_context_get_primary_image_handle"),
            handle_release: function!(library, "heif_image_handle_release"),
            handle_width: function!(library, "heif_image_handle_get_width"),
            handle_height: function!(library, "heif_image_handle_get_height"),
            decode: function!(library, "heif_decode_image"),
            image_release: function!(library, "heif_image_release"),
            image_width: function!(library, "heif_image_get_width"),
            image_height: function!(library, "heif_image_get_height"),
            plane: function!(library, "heif_image_get_plane_readonly"),
            metadata_ids: function!(library, "heif_image_handle_get_list_of_metadata_block_IDs"),
            metadata_size: function!(library, "heif_image_handle_get_metadata_size"),
            metadata: function!(library, "heif_image_handle_get_metadata"),
            // SAFETY: the signature of heif.h, and the library stays loaded beside it.
            threads: unsafe { library.get("heif_context_set_max_decoding_threads") }.ok().map(|function| *function),
            _library: library,
        })
    }

    /// Reads a file's structure.
    ///
    /// # Errors
    /// What libheif says of it.
    pub fn open<'a>(&'a self, bytes: &'a [u8]) -> Result<File<'a>, String> {
        // SAFETY: creates a context that `Drop` frees, also when reading fails.
        let context = NonNull::new(unsafe { (self.context_alloc)() }).ok_or("there is no memory for it")?;
        let file = File { library: self, context, bytes: PhantomData };
        if let Some(threads) = self.threads {
            // SAFETY: the context is ours.
            unsafe { threads(context.as_ptr(), 0) };
        }
        // SAFETY: the bytes are not copied: they outlive the file by its lifetime. No options.
        done(unsafe { (self.read)(context.as_ptr(), bytes.as_ptr().cast(), bytes.len(), ptr::null()) })?;
        Ok(file)
    }
}

/// An opened file.
pub struct File<'a> {
    library: &'a Library,
    context: NonNull<Context>,
    bytes: PhantomData<&'a [u8]>,
}

impl File<'_> {
    /// The picture that stands for the file.
    ///
    /// # Errors
    /// What libheif says when there is none.
    pub fn primary(&self) -> Result<Primary<'_>, String> {
        let mut handle = ptr::null_mut();
        // SAFETY: the context is ours, and the target outlives the call.
        done(unsafe { (self.library.primary)(self.context.as_ptr(), &mut handle) })?;
        let handle = NonNull::new(handle).ok_or("it has no primary picture")?;
        Ok(Primary { library: self.library, handle, file: PhantomData })
    }
}

impl Drop for File<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `context_alloc`, freed once; handles borrow the file, so none is left.
        unsafe { (self.library.context_free)(self.context.as_ptr()) }
    }
}

/// A picture that is not decoded yet.
pub struct Primary<'a> {
    library: &'a Library,
    handle: NonNull<Handle>,
    file: PhantomData<&'a File<'a>>,
}

impl Primary<'_> {
    /// Width and height as its header announces them, after its own turns and cuts.
    pub fn size(&self) -> (u32, u32) {
        // SAFETY: the handle is ours.
        let (width, height) =
            unsafe { ((self.library.handle_width)(self.handle.as_ptr()), (self.library.handle_height)(self.handle.as_ptr())) };
        (u32::try_from(width).unwrap_or(0), u32::try_from(height).unwrap_or(0))
    }

    /// Its pixels, upright; refused when they are more than `most`, whatever was announced.
    ///
    /// # Errors
    /// What libheif says of it.
    pub fn decode(&self, most: u64) -> Result<DynamicImage, String> {
        let mut image = ptr::null_mut();
        // SAFETY: the handle is ours, the target outlives the call, and no options means the defaults.
        done(unsafe { (self.library.decode)(self.handle.as_ptr(), &mut image, RGB, INTERLEAVED_RGB, ptr::null()) })?;
        let image = Pixels { library: self.library, image: NonNull::new(image).ok_or("it has no pixels")? };
        let rows = image.rows(most)?;
        RgbImage::from_raw(rows.0, rows.1, rows.2).map(DynamicImage::ImageRgb8).ok_or_else(|| "it has too few pixels".to_owned())
    }

    /// The first block of metadata of a type (`Exif`, or `mime` for XMP).
    pub fn metadata(&self, kind: &str) -> Option<Vec<u8>> {
        let (kind, mut id) = (CString::new(kind).ok()?, 0);
        // SAFETY: the handle is ours, the name outlives the call, and there is room for one number.
        let found = unsafe { (self.library.metadata_ids)(self.handle.as_ptr(), kind.as_ptr(), &mut id, 1) };
        // SAFETY: the handle is ours.
        let size = (found > 0).then(|| unsafe { (self.library.metadata_size)(self.handle.as_ptr(), id) })?;
        let mut block = vec![0; Some(size).filter(|size| (1..=METADATA).contains(size))?];
        // SAFETY: the block has the size that was asked for.
        done(unsafe { (self.library.metadata)(self.handle.as_ptr(), id, block.as_mut_ptr().cast()) }).ok()?;
        Some(block)
    }
}

impl Drop for Primary<'_> {
    fn drop(&mut self) {
        // SAFETY: the handle is ours and released once.
        unsafe { (self.library.handle_release)(self.handle.as_ptr()) }
    }
}

struct Pixels<'a> {
    library: &'a Library,
    image: NonNull<Image>,
}

impl Pixels<'_> {
    /// Width, height and three bytes for each pixel, row by row.
    fn rows(&self, most: u64) -> Result<(u32, u32, Vec<u8>), String> {
        let mut stride = 0;
        // SAFETY: the image is ours, and the target outlives the call.
        let (width, height, plane) = unsafe {
            let image = self.image.as_ptr();
            let (width, height) = ((self.library.image_width)(image, INTERLEAVED), (self.library.image_height)(image, INTERLEAVED));
            (width, height, (self.library.plane)(image, INTERLEAVED, &mut stride))
        };
        let size = (u32::try_from(width).unwrap_or(0), u32::try_from(height).unwrap_or(0));
        let (row, stride) = (size.0 as usize * 3, usize::try_from(stride).unwrap_or(0));
        if plane.is_null() || row == 0 || size.1 == 0 || u64::from(size.0) * u64::from(size.1) > most || stride < row {
            return Err("its pixels are not what its header says".to_owned());
        }
        let mut pixels = Vec::with_capacity(row * size.1 as usize);
        for y in 0..size.1 as usize {
            // SAFETY: a plane has `height` rows of `stride` bytes, of which the first `3 * width` are pixels.
            pixels.extend_from_slice(unsafe { std::slice::from_raw_parts(plane.add(y * stride), row) });
        }
        Ok((size.0, size.1, pixels))
    }
}

impl Drop for Pixels<'_> {
    fn drop(&mut self) {
        // SAFETY: the image is ours and released once.
        unsafe { (self.library.image_release)(self.image.as_ptr()) }
    }
}

/// What libheif says, copied.
fn done(status: Status) -> Result<(), String> {
    if status.code == 0 {
        return Ok(());
    }
    if status.message.is_null() {
        return Err(format!("libheif error {}.{}", status.code, status.subcode));
    }
    // SAFETY: not null, and ends in zero; it lives at least until the next call.
    Err(unsafe { CStr::from_ptr(status.message) }.to_string_lossy().into_owned())
}
