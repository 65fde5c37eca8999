package org.jalon.sample

import android.widget.EditText
import org.junit.Test

class TreksTest : SampleTest() {
    @Test
    fun `The first start shows the demo territory without a network`() {
        startApp()
        awaitText("14 treks")
    }

    @Test
    fun `Typing searches`() {
        startApp()
        awaitText("14 treks")
        checkNotNull(find<EditText>()).setText("signal")
        awaitText("1 trek")
    }
}
