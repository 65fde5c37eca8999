package org.jalon.sample.map

import android.graphics.PointF
import android.view.View
import org.json.JSONObject
import org.jalon.ffi.Bounds
import org.jalon.ffi.Fix
import org.jalon.ffi.JalonException
import org.jalon.ffi.Pack
import org.jalon.ffi.Position
import org.jalon.file
import org.jalon.sample.R
import org.jalon.sample.Route
import org.jalon.sample.Screen
import org.jalon.sample.view.dp
import org.maplibre.android.MapLibre
import org.maplibre.android.camera.CameraPosition
import org.maplibre.android.camera.CameraUpdateFactory
import org.maplibre.android.geometry.LatLng
import org.maplibre.android.geometry.LatLngBounds
import org.maplibre.android.maps.MapLibreMap as NativeMap
import org.maplibre.android.maps.MapView
import org.maplibre.android.maps.Style
import org.maplibre.android.style.layers.CircleLayer
import org.maplibre.android.style.layers.FillLayer
import org.maplibre.android.style.layers.LineLayer
import org.maplibre.android.style.layers.PropertyFactory.circleColor
import org.maplibre.android.style.layers.PropertyFactory.circleRadius
import org.maplibre.android.style.layers.PropertyFactory.circleStrokeColor
import org.maplibre.android.style.layers.PropertyFactory.circleStrokeWidth
import org.maplibre.android.style.layers.PropertyFactory.fillColor
import org.maplibre.android.style.layers.PropertyFactory.fillOpacity
import org.maplibre.android.style.layers.PropertyFactory.lineColor
import org.maplibre.android.style.layers.PropertyFactory.lineWidth
import org.maplibre.android.style.sources.GeoJsonSource
import org.maplibre.geojson.Feature
import org.maplibre.geojson.FeatureCollection
import org.maplibre.geojson.LineString
import org.maplibre.geojson.Point
import org.maplibre.geojson.Polygon

/** A map of MapLibre Native over the downloaded maps: raster archives, and vector archives with their style. */
class MapLibreMap(private val screen: Screen) : MapSurface {
    private val context = screen.context
    private val mapView: MapView
    private var native: NativeMap? = null
    private var waiting = mutableListOf<(NativeMap) -> Unit>()
    private var content = MapContent()
    private var fix: Fix? = null
    private var marked: Position? = null

    override val view: View get() = mapView
    override var onOpen: (Route) -> Unit = {}
    override var onTap: (Position) -> Unit = {}
    override var onMoved: () -> Unit = {}
    override var onExtent: (MapExtent) -> Unit = {}
        set(value) {
            field = value
            native?.let(::reportExtent)
        }
    override var onCoverage: (Boolean) -> Unit = {}

    init {
        MapLibre.getInstance(context)
        mapView = MapView(context)
        mapView.onCreate(null)
        mapView.addOnAttachStateChangeListener(object : View.OnAttachStateChangeListener {
            override fun onViewAttachedToWindow(view: View) {
                mapView.onStart()
                mapView.onResume()
            }

            override fun onViewDetachedFromWindow(view: View) {
                mapView.onPause()
                mapView.onStop()
                mapView.onDestroy()
            }
        })
        mapView.getMapAsync { map ->
            native = map
            map.addOnMapClickListener { at -> tapped(map, at) }
            map.addOnCameraMoveStartedListener { reason ->
                if (reason == NativeMap.OnCameraMoveStartedListener.REASON_API_GESTURE) onMoved()
            }
            map.addOnCameraIdleListener { reportExtent(map) }
            waiting.forEach { it(map) }
            waiting.clear()
        }
    }

    private fun withMap(run: (NativeMap) -> Unit) = native?.let(run) ?: run { waiting += run }

    private fun reportExtent(map: NativeMap) {
        val shown = map.projection.visibleRegion.latLngBounds
        val bounds = Bounds(shown.longitudeWest, shown.latitudeSouth, shown.longitudeEast, shown.latitudeNorth)
        onExtent(MapExtent(bounds, map.projection.getMetersPerPixelAtLatitude(shown.center.latitude)))
    }

    override fun show(content: MapContent) {
        val style = native?.style.takeIf { content.maps == this.content.maps }
        this.content = content
        if (style?.getSource(LINES) != null) return showContent(style)
        onCoverage(content.maps.packs.any { it.map?.path != null })
        screen.load { jalon ->
            val style = try {
                content.maps.packs.firstOrNull { it.map?.stylePath != null }?.let { jalon.packs.downloadedStyle(it.territory, it.subject) }
            } catch (_: JalonException) {
                null
            }
            withMap { map -> map.setStyle(Style.Builder().fromJson(style ?: rasterStyle(content.maps.packs)), ::addLayers) }
        }
    }

    /** A style of the raster archives. MapLibre opens PMTiles archives by itself. */
    private fun rasterStyle(packs: List<Pack>): String {
        val files = packs.mapNotNull { it.map?.file }
        val sources = files.indices.joinToString(",") { """"map$it":{"type":"raster","url":"pmtiles://file://${files[it]}","tileSize":256,"attribution":${JSONObject.quote(content.maps.attribution)}}""" }
        val layers = files.indices.joinToString(",") { """{"id":"map$it","type":"raster","source":"map$it"}""" }
        return """{"version":8,"sources":{$sources},"layers":[$layers]}"""
    }

    private fun addLayers(style: Style) {
        for (source in listOf(ZONES, LINES, PLACES, POSITION)) style.addSource(GeoJsonSource(source))
        showContent(style)
        showPositions()
        style.addLayer(FillLayer(ZONES, ZONES).withProperties(fillColor(color(R.color.map_zone)), fillOpacity(0.2f)))
        style.addLayer(LineLayer(LINES, LINES).withProperties(lineColor(color(R.color.route)), lineWidth(4f)))
        style.addLayer(circles(PLACES, R.color.accent))
        style.addLayer(circles(POSITION, R.color.position))
    }

    private fun showContent(style: Style) {
        val zones = content.zones.map { Feature.fromGeometry(Polygon.fromLngLats(listOf(it.map(::point)))) }
        val lines = content.lines.mapIndexed { index, line ->
            Feature.fromGeometry(LineString.fromLngLats(line.positions.map(::point))).apply { addNumberProperty(INDEX, index) }
        }
        val places = content.places.mapIndexed { index, place ->
            Feature.fromGeometry(point(place.position)).apply { addNumberProperty(INDEX, index) }
        }
        for ((source, features) in listOf(ZONES to zones, LINES to lines, PLACES to places)) {
            style.getSourceAs<GeoJsonSource>(source)?.setGeoJson(FeatureCollection.fromFeatures(features))
        }
    }

    private fun circles(id: String, fill: Int) = CircleLayer(id, id).withProperties(
        circleColor(color(fill)), circleRadius(7f), circleStrokeColor(color(R.color.card)), circleStrokeWidth(2f),
    )

    private fun positions() = listOfNotNull(fix?.position, marked).map { Feature.fromGeometry(point(it)) }

    private fun showPositions() = withMap { map ->
        map.style?.getSourceAs<GeoJsonSource>(POSITION)?.setGeoJson(FeatureCollection.fromFeatures(positions()))
    }

    private fun tapped(map: NativeMap, at: LatLng): Boolean {
        val place: PointF = map.projection.toScreenLocation(at)
        val route = routeAt(map, place, PLACES) { content.places[it].route } ?: routeAt(map, place, LINES) { content.lines[it].route }
        if (route != null) onOpen(route) else onTap(Position(at.longitude, at.latitude))
        return true
    }

    private fun routeAt(map: NativeMap, at: PointF, layer: String, route: (Int) -> Route?): Route? =
        map.queryRenderedFeatures(at, layer).firstNotNullOfOrNull { route(it.getNumberProperty(INDEX).toInt()) }

    override fun fit(positions: List<Position>, marginDp: Int) = withMap { map ->
        when (positions.size) {
            0 -> Unit
            1 -> map.moveCamera(CameraUpdateFactory.newLatLngZoom(latLng(positions[0]), 15.0))
            else -> {
                val bounds = LatLngBounds.Builder().includes(positions.map(::latLng)).build()
                map.moveCamera(CameraUpdateFactory.newLatLngBounds(bounds, context.dp(marginDp)))
            }
        }
    }

    override fun moveTo(position: Position) = withMap { it.moveCamera(CameraUpdateFactory.newLatLng(latLng(position))) }

    override fun zoomBy(levels: Double) = withMap { it.moveCamera(CameraUpdateFactory.zoomBy(levels)) }

    override fun showFix(fix: Fix?) {
        this.fix = fix
        showPositions()
    }

    override fun mark(position: Position?) {
        marked = position
        showPositions()
    }

    override fun save(): DoubleArray {
        val camera = native?.cameraPosition
        val target = camera?.target
        return doubleArrayOf(target?.longitude ?: 0.0, target?.latitude ?: 0.0, camera?.zoom ?: 2.0)
    }

    override fun restore(saved: DoubleArray) = withMap { map ->
        map.cameraPosition = CameraPosition.Builder().target(LatLng(saved[1], saved[0])).zoom(saved[2]).build()
    }

    private fun point(position: Position) = Point.fromLngLat(position.lon, position.lat)

    private fun latLng(position: Position) = LatLng(position.lat, position.lon)

    private fun color(id: Int) = context.getColor(id)

    private companion object {
        const val INDEX = "index"
        const val ZONES = "zones"
        const val LINES = "lines"
        const val PLACES = "places"
        const val POSITION = "position"
    }
}
