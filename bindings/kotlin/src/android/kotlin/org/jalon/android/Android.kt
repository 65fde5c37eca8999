package org.jalon.android

import android.content.Context
import android.net.NetworkCapabilities
import org.jalon.Jalon
import org.jalon.ffi.NetworkKind

/**
 * Opens Jalon in the app's private directories: the catalogue where Android makes no backup, the journal where it does. Keep
 * the result in the app's `Application` while the process lives. The function does not retain [context].
 *
 * @throws org.jalon.ffi.JalonException.TooNew if a newer version of Jalon wrote the files.
 */
public suspend fun Jalon.Companion.open(context: Context): Jalon =
    open(catalogue = context.noBackupFilesDir.resolve("jalon"), journal = context.filesDir.resolve("jalon"))

/**
 * Converts the capabilities of a network to the value for `RefreshOptions.network`. Null means that there is no network. An
 * app gets them from `ConnectivityManager.registerDefaultNetworkCallback`, which needs the permission ACCESS_NETWORK_STATE.
 */
public fun NetworkCapabilities?.toNetworkKind(): NetworkKind = when {
    this == null -> NetworkKind.OFFLINE
    !hasCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET) -> NetworkKind.OFFLINE
    hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED) -> NetworkKind.UNMETERED
    else -> NetworkKind.METERED
}
