package org.jalon

import kotlinx.coroutines.flow.Flow
import org.jalon.ffi.RefreshOptions
import org.jalon.ffi.Report
import org.jalon.ffi.Reports

/**
 * [Reports.send], telling how far it is: `progress.subject` is the id of the report that is on its way, `progress.bytes` what
 * of it has left.
 */
public fun Reports.sendAsFlow(
    options: RefreshOptions = RefreshOptions(),
    now: Boolean = false,
): Flow<Step<List<Report>>> = steps { progress -> send(options, now, progress = progress) }
