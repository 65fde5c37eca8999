package androidx.test.internal.platform.os

public interface ControlledLooper {
    public fun drainMainThreadUntilIdle()
}
