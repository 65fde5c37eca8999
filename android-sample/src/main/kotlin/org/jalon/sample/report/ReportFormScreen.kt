package org.jalon.sample.report

import android.Manifest
import android.app.AlertDialog
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.provider.MediaStore
import android.text.InputType
import android.view.View
import android.widget.EditText
import android.widget.ImageView
import android.widget.LinearLayout
import java.util.Locale
import org.jalon.Geometry
import org.jalon.Jalon
import org.jalon.ffi.*
import org.jalon.file
import org.jalon.sample.MainActivity
import org.jalon.sample.R
import org.jalon.sample.Screen
import org.jalon.sample.SendReports
import org.jalon.sample.SharedFiles
import org.jalon.sample.TakesResult
import org.jalon.sample.map.MapContent
import org.jalon.sample.map.MapSurface
import org.jalon.sample.map.OfflineMaps
import org.jalon.sample.map.createMap
import org.jalon.sample.view.*

/** The form of a report: what is wrong, where, photos, category, and the trek. It is a draft in the journal from the start. */
class ReportFormScreen(host: MainActivity, state: Bundle, private val reportId: String) : Screen(host, state), TakesResult {
    private lateinit var content: LinearLayout
    private lateinit var place: LinearLayout
    private lateinit var photos: LinearLayout
    private lateinit var categories: LinearLayout
    private lateinit var trek: LinearLayout
    private lateinit var comment: EditText
    private lateinit var email: EditText
    private lateinit var map: MapSurface
    private var draft: Draft? = null
    private var photoCount = 0
    private var isQueued = false

    override fun createView(): View = context.column(0) {
        add(context.topBar(text(R.string.report_new), { host.back() }))
        add(context.scroll { content = this }.also(::keepScroll), 1f)
        add(context.column(0, 12) { button(text(R.string.report_queue), R.drawable.ic_check, Look.PRIMARY) { queue() } })
        load { jalon ->
            val report = jalon.reports.get(reportId)
            content.refill { build(report) }
            draft = Draft(services, reportId, report)
            map.show(MapContent(maps = OfflineMaps.read(jalon)))
            fitMap(jalon, report)
            showPlace()
            showPhotos(report)
            showCategories(jalon, report.territory)
            showTrek(jalon, report.territory)
        }
    }

    private fun LinearLayout.build(report: Report) {
        comment = field(text(R.string.report_comment), report.content.comment, MULTI_LINE, 4) { change { copy(comment = it) } }
        card(gap = 12) {
            place = column(8) {}
            map = createMap(this@ReportFormScreen)
            map.view.round(12)
            map.view.contentDescription = text(R.string.map_described, text(R.string.report_place))
            addView(map.view, LinearLayout.LayoutParams(LinearLayout.LayoutParams.MATCH_PARENT, context.dp(180)))
            map.onTap = { choosePlace(ReportPosition(it.lon, it.lat)) }
            button(text(R.string.report_place_here), R.drawable.ic_near) { useMyPosition() }
        }
        card(gap = 12) { photos = this }
        card(gap = 12) { categories = this }
        card(gap = 12) { trek = this }
        val save = context.button(text(R.string.action_save), R.drawable.ic_check) { host.back() }
        email = field(text(R.string.report_email), report.content.email, EMAIL) { change { copy(email = it) } }
        add(save)
    }

    private fun change(change: ReportContent.() -> ReportContent) {
        draft?.let { it.change(it.content.change()) }
    }

    /** Shows the chosen place, or the person's position, or the downloaded maps. */
    private suspend fun fitMap(jalon: Jalon, report: Report) {
        val chosen = report.content.position?.let { Position(it.lon, it.lat) }
        map.mark(chosen)
        val start = chosen ?: services.positions.fix.value?.position
        if (start != null) return map.fit(listOf(start))
        val pack = jalon.packs.list(report.territory).firstNotNullOfOrNull { it.subject as? PackSubject.Trek } ?: return
        val line = jalon.catalogue.trekDetails(report.territory, pack.id, kinds = listOf(Kind.CITY)).geometry ?: return
        map.fit(Geometry.of(line).parts.flatten())
    }

    private fun showPlace(): Unit = place.refill {
        text(text(R.string.report_place), R.style.Text_Heading)
        val position = draft?.content?.position
        text(
            position?.let { "%.5f, %.5f".format(Locale.ROOT, it.lat, it.lon) } ?: text(R.string.report_place_missing),
            R.style.Text_Note,
        )
    }

    private fun choosePlace(position: ReportPosition) {
        change { copy(position = position) }
        map.mark(Position(position.lon, position.lat))
        showPlace()
    }

    private fun useMyPosition() {
        host.withPermission(listOf(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION)) {
            val fix = services.positions.fix.value ?: return@withPermission host.showMessage(text(R.string.map_position_unknown))
            choosePlace(ReportPosition(fix.position.lon, fix.position.lat, fix.accuracyM, fix.timeMs))
            map.fit(listOf(fix.position))
        }
    }

    private fun showPhotos(report: Report): Unit = photos.refill {
        photoCount = report.photos.size
        text(count(R.plurals.report_photos, photoCount), R.style.Text_Heading)
        flow {
            report.photos.forEachIndexed { index, photo ->
                row(0) {
                    val image = ImageView(context).apply {
                        scaleType = ImageView.ScaleType.CENTER_CROP
                        round(12)
                    }
                    addView(image, LinearLayout.LayoutParams(context.dp(88), context.dp(88)))
                    load { image.setImageBitmap(Pictures.read(photo.file, context.dp(88))) }
                    iconButton(R.drawable.ic_close, text(R.string.report_photo_remove, (index + 1).toString())) {
                        load { jalon -> showPhotos(jalon.reports.detachPhoto(reportId, photo.id)) }
                    }
                }
            }
        }
        flow {
            button(text(R.string.report_photo_take), R.drawable.ic_camera) { takePhoto() }
            button(text(R.string.report_photo_choose), R.drawable.ic_image) { choosePhoto() }
        }
    }

    private fun takePhoto() = load {
        val file = SharedFiles.newFile(context, "photo.jpg")
        val uri = SharedFiles.uri(context, file)
        state.putString(PHOTO, uri.toString())
        val camera = Intent(MediaStore.ACTION_IMAGE_CAPTURE).putExtra(MediaStore.EXTRA_OUTPUT, uri)
            .addFlags(Intent.FLAG_GRANT_WRITE_URI_PERMISSION)
        startForPhoto(camera, TAKE)
    }

    private fun choosePhoto() = startForPhoto(Intent(Intent.ACTION_GET_CONTENT).setType("image/*").addCategory(Intent.CATEGORY_OPENABLE), CHOOSE)

    private fun startForPhoto(intent: Intent, request: Int) = try {
        @Suppress("DEPRECATION")
        host.startActivityForResult(intent, request)
    } catch (_: ActivityNotFoundException) {
        // A phone without a camera, or without an app for pictures.
        host.showMessage(text(R.string.error_not_found))
    }

    override fun onResult(request: Int, data: Intent?) {
        val uri = if (request == TAKE) state.getString(PHOTO)?.let(Uri::parse) else data?.data
        if (uri == null) return
        load { jalon -> showPhotos(SharedFiles.photoEncoder(context).attachPhoto(jalon.reports, reportId, uri)) }
    }

    private suspend fun showCategories(jalon: Jalon, territory: String) {
        val terms = jalon.catalogue.vocabulary(territory, "feedback_category", formats.languages)
        fun show(): Unit = categories.refill {
            text(text(R.string.report_category), R.style.Text_Heading)
            val chosen = draft?.content?.category
            flow {
                for ((term, label) in listOf(null to text(R.string.report_category_none)) + terms.map { it.id to it.label }) {
                    chip(label, if (term == chosen) R.drawable.ic_check else null, term == chosen) {
                        change { copy(category = term) }
                        show()
                    }
                }
            }
        }
        show()
    }

    private suspend fun showTrek(jalon: Jalon, territory: String) {
        val treks = jalon.catalogue.treks(TrekQuery(territory = territory, limit = 200u), formats.languages).items
        fun show(): Unit = trek.refill {
            val name = treks.find { it.id == draft?.content?.trek }?.name ?: text(R.string.report_trek_none)
            text(text(R.string.report_trek), R.style.Text_Heading)
            button(name, R.drawable.ic_treks) {
                val names = listOf(text(R.string.report_trek_none)) + treks.map { it.name }
                AlertDialog.Builder(context).setTitle(text(R.string.report_trek)).setItems(names.toTypedArray()) { _, which ->
                    change { copy(trek = treks.getOrNull(which - 1)?.id) }
                    show()
                }.setNegativeButton(text(R.string.action_close), null).show()
            }
        }
        show()
    }

    private fun queue() {
        val written = draft ?: return
        if (written.content.comment.isBlank()) return comment.error(R.string.report_comment_missing)
        if (written.content.position == null) return host.showMessage(text(R.string.report_place_missing))
        load { jalon ->
            written.finish()
            jalon.reports.queue(reportId)
            isQueued = true
            SendReports.enqueue(host.applicationContext)
            host.back()
            host.showMessage(text(R.string.report_saved))
        }
    }

    private fun EditText.error(sentence: Int) {
        error = text(sentence)
        requestFocus()
    }

    override fun onFailure(error: JalonException) {
        if ((error as? JalonException.InvalidInput)?.field == "email") email.error(R.string.report_email_invalid)
        host.showMessage(problemOf(error))
    }

    override fun onShown() = services.positions.use()

    override fun onHidden() = services.positions.release()

    override fun onBack(): Boolean {
        if (!isQueued) draft?.leave(photoCount > 0)
        draft = null
        return false
    }

    private companion object {
        const val MULTI_LINE =
            InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_FLAG_MULTI_LINE or InputType.TYPE_TEXT_FLAG_CAP_SENTENCES
        const val EMAIL = InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_VARIATION_EMAIL_ADDRESS
        const val PHOTO = "photo"
        const val TAKE = 1
        const val CHOOSE = 2
    }
}
