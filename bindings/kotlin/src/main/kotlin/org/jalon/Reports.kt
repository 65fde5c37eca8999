package org.jalon

import kotlinx.coroutines.flow.Flow
import org.jalon.ffi.RefreshOptions
import org.jalon.ffi.Report
import org.jalon.ffi.Reports

/**
 * [Reports.send] as a flow of progress events. `progress.subject` is the id of the report that is being sent, and
 * `progress.bytes` the number of its bytes that have been sent.
 */
public fun Reports.sendAsFlow(
    options: RefreshOptions = RefreshOptions(),
    now: Boolean = false,
): Flow<Event<List<Report>>> = eventFlow { watch -> send(options, now, progress = watch) }
