//! The functions that SQLite calls. Each asks the handle whether the operation fails, and forwards it to the default VFS.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;

use rusqlite::ffi;

use super::{Decision, DiskFault, Operation, Shared};

/// The contents of `pAppData`.
struct AppData {
    real: *mut ffi::sqlite3_vfs,
    shared: Arc<Shared>,
}

/// A file. The file of the default VFS follows it in memory.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    methods: ffi::sqlite3_io_methods,
    data: *mut FileData,
}

struct FileData {
    shared: Arc<Shared>,
    /// Empty for a temporary file.
    path: String,
}

/// Registers a VFS until the process ends.
pub(super) fn register(name: &str, shared: Arc<Shared>) {
    let name = CString::new(name).expect("a name without NUL");
    // SAFETY: SQLite is initialised before its list of VFSs is read. The registered values are leaked, so they live as long
    // as SQLite uses them.
    unsafe {
        assert_eq!(ffi::sqlite3_initialize(), ffi::SQLITE_OK, "SQLite can be initialised");
        assert!(ffi::sqlite3_vfs_find(name.as_ptr()).is_null(), "the name of a VFS must be unique");
        let real = ffi::sqlite3_vfs_find(ptr::null());
        let mut ours = *real;
        ours.szOsFile = size_of::<File>() as c_int + (*real).szOsFile;
        ours.pNext = ptr::null_mut();
        ours.zName = name.into_raw();
        ours.pAppData = Box::into_raw(Box::new(AppData { real, shared })).cast();
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
        assert_eq!(ffi::sqlite3_vfs_register(ours, 0), ffi::SQLITE_OK, "SQLite registers the VFS");
    }
}

/// SQLite's code of a failure.
fn code(error: DiskFault, kind: Operation) -> c_int {
    match (error, kind) {
        (_, Operation::Open) => ffi::SQLITE_CANTOPEN,
        (_, Operation::Read) => ffi::SQLITE_IOERR_READ,
        (_, Operation::Delete) => ffi::SQLITE_IOERR_DELETE,
        // There is no code for a full disk.
        (_, Operation::ExtendSharedMemory) => ffi::SQLITE_IOERR_SHMSIZE,
        (DiskFault::Full, _) => ffi::SQLITE_FULL,
        (DiskFault::Io, Operation::Write) => ffi::SQLITE_IOERR_WRITE,
        (DiskFault::Io, Operation::Truncate) => ffi::SQLITE_IOERR_TRUNCATE,
        (DiskFault::Io, Operation::Sync) => ffi::SQLITE_IOERR_FSYNC,
    }
}

/// Calls a function of the default VFS.
macro_rules! vfs {
    ($ours:expr, $function:ident, $($argument:expr),*) => {{
        // SAFETY: `register` set `pAppData`.
        let real = unsafe { app_data($ours) }.real;
        // SAFETY: the default VFS lives as long as SQLite and gets the arguments of SQLite.
        match unsafe { (*real).$function } {
            Some(call) => unsafe { call(real, $($argument),*) },
            None => Default::default(),
        }
    }};
}

/// Calls a function of the default VFS's file.
macro_rules! file {
    ($ours:expr, $function:ident $(, $argument:expr)*) => {{
        // SAFETY: the file of the default VFS follows this one, and is opened and closed with it.
        let real = unsafe { real($ours) };
        match unsafe { (*(*real).pMethods).$function } {
            Some(call) => unsafe { call(real $(, $argument)*) },
            None => ffi::SQLITE_IOERR,
        }
    }};
}

unsafe fn app_data<'a>(vfs: *mut ffi::sqlite3_vfs) -> &'a AppData {
    // SAFETY: the caller passes a VFS that `register` made.
    unsafe { &*(*vfs).pAppData.cast::<AppData>() }
}

unsafe fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: `szOsFile` includes the size of both.
    unsafe { file.cast::<File>().add(1).cast() }
}

unsafe fn file_data<'a>(file: *mut ffi::sqlite3_file) -> &'a FileData {
    // SAFETY: `open` set it, and only `close` drops it.
    unsafe { &*(*file.cast::<File>()).data }
}

unsafe fn path(name: *const c_char) -> String {
    if name.is_null() {
        return String::new();
    }
    // SAFETY: names of SQLite end with NUL.
    unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite allocated `szOsFile` bytes, and passes a valid VFS and name.
    let (shared, path, real) = unsafe {
        (*file).pMethods = ptr::null();
        (*real(file)).pMethods = ptr::null();
        (Arc::clone(&app_data(vfs).shared), path(name), real(file))
    };
    if let Decision::Fail { error, .. } = shared.decide(&path, Operation::Open) {
        return code(error, Operation::Open);
    }
    if let Some(tracker) = shared.state().tracker.as_mut().filter(|_| !path.is_empty()) {
        tracker.track(&path);
    }
    let result = vfs!(vfs, xOpen, name, real, flags, out);
    // SAFETY: the default VFS set the methods of its file, or left them null.
    unsafe {
        if (*real).pMethods.is_null() {
            return result;
        }
        let file = file.cast::<File>();
        // Methods that the default VFS lacks are null here, too.
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
        (*file).data = Box::into_raw(Box::new(FileData { shared, path }));
        (*file).base.pMethods = &raw const (*file).methods;
        result
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let result = file!(file, xClose);
    // SAFETY: `open` set it, and SQLite closes a file once.
    unsafe {
        drop(Box::from_raw((*file.cast::<File>()).data));
        (*file).pMethods = ptr::null();
    }
    result
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, amount: c_int, at: i64) -> c_int {
    // SAFETY: this VFS opened the file.
    let data = unsafe { file_data(file) };
    match data.shared.decide(&data.path, Operation::Read) {
        Decision::Forward => file!(file, xRead, to, amount, at),
        Decision::Fail { error, .. } => code(error, Operation::Read),
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, amount: c_int, at: i64) -> c_int {
    // SAFETY: this VFS opened the file, and `from` has `amount` bytes.
    let (data, bytes) =
        unsafe { (file_data(file), std::slice::from_raw_parts(from.cast::<u8>(), amount.max(0) as usize)) };
    let (amount, failure) = match data.shared.decide(&data.path, Operation::Write) {
        Decision::Forward => (amount, None),
        Decision::Fail { error, torn: true } => (amount / 2, Some(code(error, Operation::Write))),
        Decision::Fail { error, .. } => return code(error, Operation::Write),
    };
    let result = file!(file, xWrite, from, amount, at);
    if result == ffi::SQLITE_OK
        && let Some(tracker) = data.shared.state().tracker.as_mut()
        && !data.path.is_empty()
    {
        tracker.record_write(&data.path, at as usize, &bytes[..amount as usize]);
    }
    failure.unwrap_or(result)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    // SAFETY: this VFS opened the file.
    let data = unsafe { file_data(file) };
    if let Decision::Fail { error, .. } = data.shared.decide(&data.path, Operation::Truncate) {
        return code(error, Operation::Truncate);
    }
    let result = file!(file, xTruncate, length);
    if result == ffi::SQLITE_OK
        && let Some(tracker) = data.shared.state().tracker.as_mut()
        && !data.path.is_empty()
    {
        tracker.record_truncate(&data.path, length as usize);
    }
    result
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: this VFS opened the file.
    let data = unsafe { file_data(file) };
    if let Decision::Fail { error, .. } = data.shared.decide(&data.path, Operation::Sync) {
        return code(error, Operation::Sync);
    }
    if data.shared.state().ignored_syncs.as_ref().is_some_and(|part| data.path.contains(part.as_str())) {
        return ffi::SQLITE_OK;
    }
    // The tracker decides what survives a power loss, so a real sync would only cost time.
    let is_skipped = data.shared.state().skips_syncs || data.shared.state().tracker.is_some();
    let result = if is_skipped { ffi::SQLITE_OK } else { file!(file, xSync, flags) };
    if result == ffi::SQLITE_OK
        && let Some(tracker) = data.shared.state().tracker.as_mut()
        && !data.path.is_empty()
    {
        tracker.record_sync(&data.path);
    }
    result
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
    // SAFETY: this VFS opened the file.
    let data = unsafe { file_data(file) };
    if extend != 0
        && let Decision::Fail { error, .. } =
            data.shared.decide(&format!("{}-shm", data.path), Operation::ExtendSharedMemory)
    {
        return code(error, Operation::ExtendSharedMemory);
    }
    file!(file, xShmMap, region, size, extend, out)
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, count: c_int, flags: c_int) -> c_int {
    file!(file, xShmLock, offset, count, flags)
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: as in `file!`, but this function returns nothing.
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
    // SAFETY: `register` made the VFS, and the name ends with NUL.
    let (shared, path) = unsafe { (&app_data(vfs).shared, path(name)) };
    if let Decision::Fail { error, .. } = shared.decide(&path, Operation::Delete) {
        return code(error, Operation::Delete);
    }
    let result = vfs!(vfs, xDelete, name, sync);
    if let Some(tracker) = shared.state().tracker.as_mut() {
        tracker.record_delete(&path);
    }
    result
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
    // SAFETY: as in `vfs!`, but a pointer has no default.
    unsafe {
        let real = app_data(vfs).real;
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
