package org.jalon.sample

import android.widget.EditText
import org.junit.Test

class TreksTest : SampleTest() {
    @Test
    fun `The first start shows the demo territory without a network`() {
        startApp()
        awaitText("12 treks")
        Screenshot.check(activity, "treks")
    }

    @Test
    fun `Typing searches`() {
        startApp()
        awaitText("12 treks")
        checkNotNull(find<EditText>()).setText("lac")
        awaitText("2 treks")
        Screenshot.check(activity, "search")
    }
}
