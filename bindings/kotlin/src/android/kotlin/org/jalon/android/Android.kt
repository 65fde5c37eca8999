package org.jalon.android

import android.content.Context
import android.net.NetworkCapabilities
import org.jalon.Jalon
import org.jalon.ffi.Network

/**
 * Opens Jalon in the app's own folders: what can be downloaded again where Android makes no backup, and what the person made
 * where it does. Keep what it gives for as long as the process lives, in the app's `Application`; nothing of [context] is kept.
 *
 * @throws org.jalon.ffi.JalonException.TooNew for files of a newer version.
 */
public suspend fun Jalon.Companion.open(context: Context): Jalon =
    open(catalogue = context.noBackupFilesDir.resolve("jalon"), journal = context.filesDir.resolve("jalon"))

/**
 * What Android says of a network, in Jalon's words: for an app that watches its networks
 * (`ConnectivityManager.registerDefaultNetworkCallback`, which takes the permission ACCESS_NETWORK_STATE), and says so in
 * `RefreshOptions.network`.
 */
public fun networkOf(capabilities: NetworkCapabilities?): Network = when {
    capabilities == null -> Network.ABSENT
    !capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET) -> Network.ABSENT
    capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED) -> Network.UNMETERED
    else -> Network.METERED
}
