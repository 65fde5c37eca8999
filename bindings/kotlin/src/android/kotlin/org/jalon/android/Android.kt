package org.jalon.android

import android.content.Context
import android.location.Location
import android.net.NetworkCapabilities
import android.os.Build
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.jalon.Jalon
import org.jalon.ffi.Fix
import org.jalon.ffi.NetworkKind
import org.jalon.ffi.Position

/**
 * Opens Jalon in the app's private directories: the catalogue where Android makes no backup, the journal where it does. Keep
 * the result in the app's `Application` while the process lives. The function does not retain [context].
 *
 * @throws org.jalon.ffi.JalonException.TooNew if a newer version of Jalon wrote the files.
 */
public suspend fun Jalon.Companion.open(context: Context): Jalon {
    // Android makes the directories when it is asked for them.
    val (catalogue, journal) = withContext(Dispatchers.IO) { context.noBackupFilesDir to context.filesDir }
    return open(catalogue.resolve("jalon"), journal.resolve("jalon"))
}

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

/**
 * Converts a location to a fix for [org.jalon.GuideSession.update] and for the recorder. The elevation is the altitude above sea
 * level, which phones tell from Android 14 on. [Location.getAltitude] is that above the ellipsoid, some 50 m higher in France: an
 * app that records tracks on older phones may pass it, because differences of it are right.
 */
public fun Location.toFix(): Fix {
    val hasElevation = Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE && hasMslAltitude()
    return Fix(
        position = Position(longitude, latitude, if (hasElevation) mslAltitudeMeters else null),
        timeMs = time,
        accuracyM = if (hasAccuracy()) accuracy.toDouble() else null,
        speedMps = if (hasSpeed()) speed.toDouble() else null,
        bearingDeg = if (hasBearing()) bearing.toDouble() else null,
    )
}
