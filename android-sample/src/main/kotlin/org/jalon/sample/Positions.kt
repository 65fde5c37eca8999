package org.jalon.sample

import android.Manifest
import android.annotation.SuppressLint
import android.content.Context
import android.content.pm.PackageManager
import android.location.Location
import android.location.LocationListener
import android.location.LocationManager
import android.os.Bundle
import android.os.Looper
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import org.jalon.android.toFix
import org.jalon.ffi.Fix

/** The position of the phone, read while a screen shows it. The walk has a receiver of its own: [guide.FollowingService]. */
class Positions(private val context: Context) {
    private val manager = context.getSystemService(Context.LOCATION_SERVICE) as LocationManager
    private val mutableFix = MutableStateFlow<Fix?>(null)
    private var users = 0

    /** The last fix; null until there is one. */
    val fix: StateFlow<Fix?> = mutableFix

    val isAllowed: Boolean
        get() = context.checkSelfPermission(Manifest.permission.ACCESS_FINE_LOCATION) == PackageManager.PERMISSION_GRANTED

    /** Starts the receiver, if the person has allowed it. Each call needs a call of [release]. */
    @SuppressLint("MissingPermission")
    fun use() {
        if (users++ > 0 || !isAllowed) return
        if (LocationManager.GPS_PROVIDER !in manager.allProviders) return
        manager.getLastKnownLocation(LocationManager.GPS_PROVIDER)?.let(::take)
        manager.requestLocationUpdates(LocationManager.GPS_PROVIDER, INTERVAL_MS, 0f, listener, Looper.getMainLooper())
    }

    fun release() {
        if (--users == 0) stop()
    }

    /** Starts the receiver for a screen that was shown before the person allowed it. */
    fun restart() {
        val waiting = users
        users = 0
        if (waiting > 0) use().also { users = waiting }
    }

    /** Takes a fix that another part of the app has received. */
    fun take(fix: Fix) {
        mutableFix.value = fix
    }

    fun stop() = manager.removeUpdates(listener)

    private fun take(location: Location) = take(location.toFix())

    // Before Android 11 the other functions have no default, so all are written out.
    private val listener = object : LocationListener {
        override fun onLocationChanged(location: Location) = take(location)

        @Deprecated("Not called from Android 10 on")
        override fun onStatusChanged(provider: String?, status: Int, extras: Bundle?) = Unit

        override fun onProviderEnabled(provider: String) = Unit

        override fun onProviderDisabled(provider: String) = Unit
    }

    private companion object {
        const val INTERVAL_MS = 1_000L
    }
}
