package org.jalon

import com.sun.jna.CallbackThreadInitializer
import com.sun.jna.Native
import org.jalon.ffi.uniffiRustFutureContinuationCallbackImpl

/**
 * Attaches each thread of the library to the virtual machine at its first callback and until the thread ends. By default,
 * JNA attaches and detaches a native thread at every callback.
 */
internal object LibraryThreads {
    init {
        val initializer = CallbackThreadInitializer(true, false, "jalon")
        Native.setCallbackThreadInitializer(uniffiRustFutureContinuationCallbackImpl, initializer)
    }
}
