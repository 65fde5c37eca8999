package org.jalon

import kotlinx.coroutines.flow.Flow
import org.jalon.ffi.MapSource
import org.jalon.ffi.Pack
import org.jalon.ffi.PackSubject
import org.jalon.ffi.Packs
import org.jalon.ffi.PictureSize
import org.jalon.ffi.RefreshOptions

/**
 * [Packs.download] as a flow of progress events. The download starts when the flow is collected and stops when it is cancelled.
 */
public fun Packs.downloadAsFlow(
    territory: String,
    subject: PackSubject,
    options: RefreshOptions = RefreshOptions(),
    pictures: PictureSize = PictureSize.SMALL,
    files: Boolean = false,
): Flow<Event<Pack>> = eventFlow { watch -> download(territory, subject, options, pictures, files, progress = watch) }

/** [Packs.update] as a flow of progress events. `progress.subject` names the pack that is being downloaded. */
public fun Packs.updateAsFlow(
    territory: String,
    options: RefreshOptions = RefreshOptions(),
): Flow<Event<List<Pack>>> = eventFlow { watch -> update(territory, options, progress = watch) }

/** [Packs.downloadMap] as a flow of progress events. The download starts when the flow is collected and stops when it is cancelled. */
public fun Packs.downloadMapAsFlow(
    territory: String,
    subject: PackSubject,
    source: MapSource,
    options: RefreshOptions = RefreshOptions(),
): Flow<Event<Pack>> = eventFlow { watch -> downloadMap(territory, subject, source, options, progress = watch) }
