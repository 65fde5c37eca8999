package org.jalon

import kotlinx.coroutines.flow.Flow
import org.jalon.ffi.Pack
import org.jalon.ffi.PackSubject
import org.jalon.ffi.Packs
import org.jalon.ffi.PictureSize
import org.jalon.ffi.RefreshOptions

/** [Packs.download], telling how far it is. It begins when the flow is collected, and stops when that is cancelled. */
public fun Packs.downloadAsFlow(
    territory: String,
    subject: PackSubject,
    options: RefreshOptions = RefreshOptions(),
    pictures: PictureSize = PictureSize.SMALL,
): Flow<Step<Pack>> = steps { progress -> download(territory, subject, options, pictures, progress = progress) }

/** [Packs.follow], telling how far it is: `progress.subject` names the pack. */
public fun Packs.followAsFlow(
    territory: String,
    options: RefreshOptions = RefreshOptions(),
): Flow<Step<List<Pack>>> = steps { progress -> follow(territory, options, progress = progress) }
