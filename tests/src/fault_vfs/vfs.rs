//! SQLite's side of the disk: every call goes to the default VFS, by way of the handle's verdict.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;

use rusqlite::ffi;

use super::{DiskFault, Operation, Shared, Verdict};

/// What a VFS of ours carries in `pAppData`.
struct Carried {
    real: *mut ffi::sqlite3_vfs,
    shared: Arc<Shared>,
}

/// A file of ours; the default VFS's own follows it in memory.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    methods: ffi::sqlite3_io_methods,
    own: *mut Own,
}

struct Own {
    shared: Arc<Shared>,
    /// Empty for a temporary file.
    path: String,
}

/// Registers a VFS for good.
pub(super) fn register(name: &str, shared: Arc<Shared>) {
    let name = CString::new(name).expect("a name without NUL");
    // SAFETY: SQLite is initialised before its list of VFSs is read; what is handed over is leaked, hence lives as long as
    // SQLite keeps it.
    unsafe {
        assert_eq!(ffi::sqlite3_initialize(), ffi::SQLITE_OK, "SQLite can be initialised");
        assert!(ffi::sqlite3_vfs_find(name.as_ptr()).is_null(), "there is a disk of this name already");
        let real = ffi::sqlite3_vfs_find(ptr::null());
        let mut ours = *real;
        ours.szOsFile = size_of::<File>() as c_int + (*real).szOsFile;
        ours.pNext = ptr::null_mut();
        ours.zName = name.into_raw();
        ours.pAppData = Box::into_raw(Box::new(Carried { real, shared })).cast();
        ours.xOpen = Some(open);
        ours.xDelete = Some(delete);
        ours.xAccess = Some(access);
        ours.xFullPathname = Some(full_pathname);
        ours.xDlOpen = Some(dl_open);
        ours.xDlError = Some(dl_error);
        ours.xDlSym = Some(dl_sym);
        ours.xDlClose = Some(dl_close);
        ours.xRandomness = Some(randomness);
        ours.xSleep = Some(sleep);
        ours.xCurrentTime = Some(current_time);
        ours.xGetLastError = Some(last_error);
        ours.xCurrentTimeInt64 = Some(current_time_int64);
        ours.xSetSystemCall = None;
        ours.xGetSystemCall = None;
        ours.xNextSystemCall = None;
        let ours = Box::into_raw(Box::new(ours));
        assert_eq!(ffi::sqlite3_vfs_register(ours, 0), ffi::SQLITE_OK, "SQLite takes the disk");
    }
}

/// The code of a refusal.
fn code(error: DiskFault, kind: Operation) -> c_int {
    match (error, kind) {
        (_, Operation::Open) => ffi::SQLITE_CANTOPEN,
        (_, Operation::Read) => ffi::SQLITE_IOERR_READ,
        (_, Operation::Delete) => ffi::SQLITE_IOERR_DELETE,
        // The shared memory has no code for a full disk.
        (_, Operation::Share) => ffi::SQLITE_IOERR_SHMSIZE,
        (DiskFault::Full, _) => ffi::SQLITE_FULL,
        (DiskFault::Io, Operation::Write) => ffi::SQLITE_IOERR_WRITE,
        (DiskFault::Io, Operation::Truncate) => ffi::SQLITE_IOERR_TRUNCATE,
        (DiskFault::Io, Operation::Sync) => ffi::SQLITE_IOERR_FSYNC,
    }
}

/// Calls a function of the default VFS.
macro_rules! vfs {
    ($ours:expr, $function:ident, $($argument:expr),*) => {{
        // SAFETY: `pAppData` of a VFS of ours is what `register` put there.
        let real = unsafe { carried($ours) }.real;
        // SAFETY: the default VFS lives as long as SQLite, and gets what SQLite gave us.
        match unsafe { (*real).$function } {
            Some(call) => unsafe { call(real, $($argument),*) },
            None => Default::default(),
        }
    }};
}

/// Calls a function of the default VFS's file.
macro_rules! file {
    ($ours:expr, $function:ident $(, $argument:expr)*) => {{
        // SAFETY: a file of ours has the default VFS's one behind it, opened with it and closed with it.
        let real = unsafe { real($ours) };
        match unsafe { (*(*real).pMethods).$function } {
            Some(call) => unsafe { call(real $(, $argument)*) },
            None => ffi::SQLITE_IOERR,
        }
    }};
}

unsafe fn carried<'a>(vfs: *mut ffi::sqlite3_vfs) -> &'a Carried {
    // SAFETY: the caller has a VFS that `register` made.
    unsafe { &*(*vfs).pAppData.cast::<Carried>() }
}

unsafe fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: `szOsFile` made room for both.
    unsafe { file.cast::<File>().add(1).cast() }
}

unsafe fn own<'a>(file: *mut ffi::sqlite3_file) -> &'a Own {
    // SAFETY: `open` put it there, and only `close` takes it away.
    unsafe { &*(*file.cast::<File>()).own }
}

unsafe fn path(name: *const c_char) -> String {
    if name.is_null() {
        return String::new();
    }
    // SAFETY: SQLite's names end with NUL.
    unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives room for a file of ours, and a VFS and a name that are valid.
    let (shared, path, real) = unsafe {
        (*file).pMethods = ptr::null();
        (*real(file)).pMethods = ptr::null();
        (Arc::clone(&carried(vfs).shared), path(name), real(file))
    };
    if let Verdict::Refused { error, .. } = shared.meet(&path, Operation::Open) {
        return code(error, Operation::Open);
    }
    if let Some(shadows) = shared.state().shadows.as_mut().filter(|_| !path.is_empty()) {
        shadows.meet(&path);
    }
    let answer = vfs!(vfs, xOpen, name, real, flags, out);
    // SAFETY: the default VFS has set its file's methods, or left them null.
    unsafe {
        if (*real).pMethods.is_null() {
            return answer;
        }
        let file = file.cast::<File>();
        // What the default one has not got, ours has not got.
        let theirs = *(*real).pMethods;
        (*file).methods = ffi::sqlite3_io_methods {
            iVersion: theirs.iVersion.min(3),
            xClose: Some(close),
            xRead: Some(read),
            xWrite: Some(write),
            xTruncate: Some(truncate),
            xSync: Some(sync),
            xFileSize: Some(file_size),
            xLock: Some(lock),
            xUnlock: Some(unlock),
            xCheckReservedLock: Some(check_reserved_lock),
            xFileControl: Some(file_control),
            xSectorSize: Some(sector_size),
            xDeviceCharacteristics: Some(device_characteristics),
            xShmMap: theirs.xShmMap.and(Some(shm_map)),
            xShmLock: theirs.xShmLock.and(Some(shm_lock)),
            xShmBarrier: theirs.xShmBarrier.and(Some(shm_barrier)),
            xShmUnmap: theirs.xShmUnmap.and(Some(shm_unmap)),
            xFetch: theirs.xFetch.and(Some(fetch)),
            xUnfetch: theirs.xUnfetch.and(Some(unfetch)),
        };
        (*file).own = Box::into_raw(Box::new(Own { shared, path }));
        (*file).base.pMethods = &raw const (*file).methods;
        answer
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let answer = file!(file, xClose);
    // SAFETY: `open` made it, and SQLite closes a file once.
    unsafe {
        drop(Box::from_raw((*file.cast::<File>()).own));
        (*file).pMethods = ptr::null();
    }
    answer
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, amount: c_int, at: i64) -> c_int {
    // SAFETY: the file is one of ours.
    let own = unsafe { own(file) };
    match own.shared.meet(&own.path, Operation::Read) {
        Verdict::Done => file!(file, xRead, to, amount, at),
        Verdict::Refused { error, .. } => code(error, Operation::Read),
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, amount: c_int, at: i64) -> c_int {
    // SAFETY: the file is one of ours, and SQLite gives as many bytes as it says.
    let (own, bytes) = unsafe { (own(file), std::slice::from_raw_parts(from.cast::<u8>(), amount.max(0) as usize)) };
    let (amount, refusal) = match own.shared.meet(&own.path, Operation::Write) {
        Verdict::Done => (amount, None),
        Verdict::Refused { error, torn: true } => (amount / 2, Some(code(error, Operation::Write))),
        Verdict::Refused { error, .. } => return code(error, Operation::Write),
    };
    let answer = file!(file, xWrite, from, amount, at);
    if answer == ffi::SQLITE_OK
        && let Some(shadows) = own.shared.state().shadows.as_mut()
        && !own.path.is_empty()
    {
        shadows.wrote(&own.path, at as usize, &bytes[..amount as usize]);
    }
    refusal.unwrap_or(answer)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    // SAFETY: the file is one of ours.
    let own = unsafe { own(file) };
    if let Verdict::Refused { error, .. } = own.shared.meet(&own.path, Operation::Truncate) {
        return code(error, Operation::Truncate);
    }
    let answer = file!(file, xTruncate, length);
    if answer == ffi::SQLITE_OK
        && let Some(shadows) = own.shared.state().shadows.as_mut()
        && !own.path.is_empty()
    {
        shadows.cut(&own.path, length as usize);
    }
    answer
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: the file is one of ours.
    let own = unsafe { own(file) };
    if let Verdict::Refused { error, .. } = own.shared.meet(&own.path, Operation::Sync) {
        return code(error, Operation::Sync);
    }
    if own.shared.state().unsynced.as_ref().is_some_and(|part| own.path.contains(part.as_str())) {
        return ffi::SQLITE_OK;
    }
    // What a power cut leaves is decided by what is remembered: a real wait would only cost time.
    let need_not_wait = own.shared.state().hasty || own.shared.state().shadows.is_some();
    let answer = if need_not_wait { ffi::SQLITE_OK } else { file!(file, xSync, flags) };
    if answer == ffi::SQLITE_OK
        && let Some(shadows) = own.shared.state().shadows.as_mut()
        && !own.path.is_empty()
    {
        shadows.synced(&own.path);
    }
    answer
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    file!(file, xFileSize, size)
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    file!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    file!(file, xUnlock, level)
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    file!(file, xCheckReservedLock, out)
}

unsafe extern "C" fn file_control(file: *mut ffi::sqlite3_file, what: c_int, argument: *mut c_void) -> c_int {
    file!(file, xFileControl, what, argument)
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    file!(file, xSectorSize)
}

unsafe extern "C" fn device_characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    file!(file, xDeviceCharacteristics)
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: the file is one of ours.
    let own = unsafe { own(file) };
    if extend != 0
        && let Verdict::Refused { error, .. } = own.shared.meet(&format!("{}-shm", own.path), Operation::Share)
    {
        return code(error, Operation::Share);
    }
    file!(file, xShmMap, region, size, extend, out)
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, count: c_int, flags: c_int) -> c_int {
    file!(file, xShmLock, offset, count, flags)
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: as in `file!`; this function answers nothing.
    unsafe {
        let real = real(file);
        if let Some(call) = (*(*real).pMethods).xShmBarrier {
            call(real);
        }
    }
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, delete: c_int) -> c_int {
    file!(file, xShmUnmap, delete)
}

unsafe extern "C" fn fetch(file: *mut ffi::sqlite3_file, at: i64, amount: c_int, out: *mut *mut c_void) -> c_int {
    file!(file, xFetch, at, amount, out)
}

unsafe extern "C" fn unfetch(file: *mut ffi::sqlite3_file, at: i64, page: *mut c_void) -> c_int {
    file!(file, xUnfetch, at, page)
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: SQLite gives a VFS of ours and a name that ends with NUL.
    let (shared, path) = unsafe { (&carried(vfs).shared, path(name)) };
    if let Verdict::Refused { error, .. } = shared.meet(&path, Operation::Delete) {
        return code(error, Operation::Delete);
    }
    let answer = vfs!(vfs, xDelete, name, sync);
    if let Some(shadows) = shared.state().shadows.as_mut() {
        shadows.deleted(&path);
    }
    answer
}

unsafe extern "C" fn access(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, flags: c_int, out: *mut c_int) -> c_int {
    vfs!(vfs, xAccess, name, flags, out)
}

unsafe extern "C" fn full_pathname(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    size: c_int,
    out: *mut c_char,
) -> c_int {
    vfs!(vfs, xFullPathname, name, size, out)
}

unsafe extern "C" fn dl_open(vfs: *mut ffi::sqlite3_vfs, name: *const c_char) -> *mut c_void {
    // SAFETY: as in `vfs!`; a pointer has no default.
    unsafe {
        let real = carried(vfs).real;
        (*real).xDlOpen.map_or(ptr::null_mut(), |call| call(real, name))
    }
}

unsafe extern "C" fn dl_error(vfs: *mut ffi::sqlite3_vfs, size: c_int, out: *mut c_char) {
    vfs!(vfs, xDlError, size, out)
}

unsafe extern "C" fn dl_sym(
    vfs: *mut ffi::sqlite3_vfs,
    library: *mut c_void,
    name: *const c_char,
) -> Option<unsafe extern "C" fn(*mut ffi::sqlite3_vfs, *mut c_void, *const c_char)> {
    vfs!(vfs, xDlSym, library, name)
}

unsafe extern "C" fn dl_close(vfs: *mut ffi::sqlite3_vfs, library: *mut c_void) {
    vfs!(vfs, xDlClose, library)
}

unsafe extern "C" fn randomness(vfs: *mut ffi::sqlite3_vfs, size: c_int, out: *mut c_char) -> c_int {
    vfs!(vfs, xRandomness, size, out)
}

unsafe extern "C" fn sleep(vfs: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    vfs!(vfs, xSleep, microseconds)
}

unsafe extern "C" fn current_time(vfs: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    vfs!(vfs, xCurrentTime, out)
}

unsafe extern "C" fn last_error(vfs: *mut ffi::sqlite3_vfs, size: c_int, out: *mut c_char) -> c_int {
    vfs!(vfs, xGetLastError, size, out)
}

unsafe extern "C" fn current_time_int64(vfs: *mut ffi::sqlite3_vfs, out: *mut i64) -> c_int {
    vfs!(vfs, xCurrentTimeInt64, out)
}
