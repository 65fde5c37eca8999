package org.jalon.sample.trek

import android.util.Xml
import java.io.File
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.jalon.Geometry
import org.jalon.ffi.Position
import org.jalon.ffi.TrekDetails
import org.xmlpull.v1.XmlSerializer

/** Writes a trek as GPX 1.1: its line, and the places along it as waypoints. */
suspend fun writeGpx(trek: TrekDetails, file: File) = withContext(Dispatchers.IO) {
    file.outputStream().use { stream ->
        val xml = Xml.newSerializer()
        xml.setOutput(stream, "UTF-8")
        xml.startDocument("UTF-8", true)
        xml.startTag(null, "gpx").attribute(null, "version", "1.1").attribute(null, "creator", "Jalon")
        xml.attribute(null, "xmlns", "http://www.topografix.com/GPX/1/1")
        for (item in trek.routeItems) item.point?.let { xml.point("wpt", it, item.name) }
        xml.startTag(null, "trk")
        xml.name(trek.name)
        for (part in trek.geometry?.let { Geometry.of(it).parts }.orEmpty()) {
            xml.startTag(null, "trkseg")
            part.forEach { xml.point("trkpt", it, null) }
            xml.endTag(null, "trkseg")
        }
        xml.endTag(null, "trk").endTag(null, "gpx")
        xml.endDocument()
    }
}

private fun XmlSerializer.point(tag: String, at: Position, name: String?) {
    startTag(null, tag).attribute(null, "lat", at.lat.toString()).attribute(null, "lon", at.lon.toString())
    if (name != null) name(name)
    endTag(null, tag)
}

private fun XmlSerializer.name(name: String) {
    startTag(null, "name").text(name).endTag(null, "name")
}
