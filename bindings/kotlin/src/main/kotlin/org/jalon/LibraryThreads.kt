package org.jalon

import com.sun.jna.CallbackThreadInitializer
import com.sun.jna.Native
import org.jalon.ffi.uniffiRustFutureContinuationCallbackImpl

/**
 * The library's own threads stay known to the virtual machine, by name, from the first word that they bring until they end.
 * JNA would otherwise make them known and forget them again at every one.
 */
internal object LibraryThreads {
    init {
        val once = CallbackThreadInitializer(true, false, "jalon")
        Native.setCallbackThreadInitializer(uniffiRustFutureContinuationCallbackImpl, once)
    }
}
