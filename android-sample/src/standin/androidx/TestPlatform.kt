package androidx.test.platform.app

import android.app.Instrumentation
import android.os.Bundle

public object InstrumentationRegistry {
    private var instrumentation: Instrumentation? = null
    private var arguments: Bundle? = null

    @JvmStatic public fun registerInstance(instance: Instrumentation?, bundle: Bundle?) {
        instrumentation = instance
        arguments = bundle
    }

    @JvmStatic public fun getInstrumentation(): Instrumentation = checkNotNull(instrumentation)

    @JvmStatic public fun getArguments(): Bundle = checkNotNull(arguments)
}
