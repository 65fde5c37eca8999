package org.jalon

import java.io.File
import org.jalon.ffi.ArchiveImport
import org.jalon.ffi.AttachedFile
import org.jalon.ffi.Catalogue
import org.jalon.ffi.ImportSummary
import org.jalon.ffi.JalonException
import org.jalon.ffi.Journal
import org.jalon.ffi.PackMap
import org.jalon.ffi.PackSubject
import org.jalon.ffi.Packs
import org.jalon.ffi.Picture
import org.jalon.ffi.PictureSize
import org.jalon.ffi.Report
import org.jalon.ffi.ReportPhoto
import org.jalon.ffi.Reports
import org.jalon.ffi.TrackImport

// The generated API has paths as strings. These extensions take and return files.

/** The file of the picture; null if no pack has downloaded it. */
public val Picture.file: File? get() = path?.let(::File)

/** The attached file; null if no pack has downloaded it. */
public val AttachedFile.file: File? get() = path?.let(::File)

/** The PMTiles archive of the map, which MapLibre opens; null until it is downloaded. */
public val PackMap.file: File? get() = path?.let(::File)

/** The MapLibre style that draws the map with local files only; null if none was downloaded. */
public val PackMap.styleFile: File? get() = stylePath?.let(::File)

/**
 * Returns a MapLibre [style] that draws the map of a pack without a network. [source] names the source of the map in the style;
 * if it is null, the map is that of the sources with the URL that it was downloaded from, or else of the only source of tiles.
 * [glyphs] and [sprites] are folders with the files of [Packs.styleFiles]; if they are null, the style keeps its addresses.
 *
 * @throws JalonException.NotFound if the pack has no map.
 * @throws JalonException.InvalidInput for a style or a source that cannot be used.
 */
public suspend fun Packs.mapStyle(
    territory: String,
    subject: PackSubject,
    style: String,
    glyphs: File?,
    sprites: File?,
    source: String? = null,
): String = mapStyle(territory, subject, style, source, glyphs?.absolutePath, sprites?.absolutePath)

/** The file of the photo. It belongs to the journal: read it, but do not change, move or delete it. */
public val ReportPhoto.file: File get() = File(path)

/**
 * Adds a copy of a photo to a draft. The copy is rotated upright, reduced, and has no metadata. The file is not changed.
 *
 * @throws JalonException.InvalidInput if the file is not a JPEG, PNG or WebP image. On Android, `PhotoEncoder` also reads HEIC.
 */
public suspend fun Reports.attachPhoto(id: String, photo: File): Report = attachPhoto(id, photo.absolutePath)

/**
 * Adds a JPEG file to a draft without any change: it must be small, upright and without metadata.
 *
 * @throws JalonException.InvalidInput if the file is not a JPEG image.
 */
public suspend fun Reports.attachEncodedPhoto(id: String, jpeg: File): Report = attachEncodedPhoto(id, jpeg.absolutePath)

/**
 * Writes favourites, notes and the reports that are not accepted yet, with their photos, to the zip file [target], which
 * must not exist. With [all], accepted reports are included. Returns the number of reports.
 *
 * With [handOver], the device that imports the file sends the reports, and this one no longer does; import it on one device
 * only. Without it, the imported copies are in doubt.
 *
 * @throws JalonException.InvalidInput if [target] exists or cannot be created.
 * @throws JalonException.StorageFull if the disk is full.
 */
public suspend fun Journal.export(target: File, all: Boolean = false, handOver: Boolean = false): ULong =
    export(target.absolutePath, all, handOver)

/**
 * Adds the entries of an export that this journal does not have.
 *
 * @throws JalonException.InvalidInput if the file is not an export of a journal.
 */
public suspend fun Journal.importFrom(source: File): ImportSummary = importFrom(source.absolutePath)

/**
 * Writes a finished track to the file [target]: GPX 1.1, or GeoJSON if its name ends with `.geojson` or `.json`. An existing
 * file is replaced.
 *
 * @throws JalonException.NotFound if there is no such track.
 */
public suspend fun Journal.exportTrack(id: String, target: File): Unit = exportTrack(id, target.absolutePath)

/**
 * Writes a trek to the file [target]: GPX 1.1, or GeoJSON if its name ends with `.geojson` or `.json`. Its points of interest and
 * the ends of its stages are waypoints. An existing file is replaced.
 *
 * @param languages the languages in the order of preference.
 * @throws JalonException.NotFound if there is no such trek.
 */
public suspend fun Catalogue.exportTrek(
    territory: String,
    id: Long,
    target: File,
    languages: List<String> = emptyList(),
): Unit = exportTrek(territory, id, target.absolutePath, languages)

/**
 * Takes the pictures of a pack from an archive of its territory's mobile tree (`global.zip` or `<trek>.zip`), without a network.
 * The download then requests what is still missing.
 *
 * @throws JalonException.InvalidInput if the territory is no mobile tree, or if the file is no archive or exceeds a limit.
 */
public suspend fun Packs.importArchive(
    territory: String,
    subject: PackSubject,
    archive: File,
    pictures: PictureSize = PictureSize.SMALL,
    files: Boolean = false,
): ArchiveImport = importArchive(territory, subject, archive.absolutePath, pictures, files)

/**
 * Stores the tracks of a GPX or GeoJSON file as one track, as if its points had been recorded. [territory] and [trek] belong
 * together: the trek that was walked.
 *
 * @throws JalonException.InvalidInput if the file is neither, or if no point has a time.
 */
public suspend fun Journal.importTrack(
    source: File,
    name: String = "",
    territory: String? = null,
    trek: Long? = null,
): TrackImport = importTrack(source.absolutePath, name, territory, trek)

/**
 * Writes a copy of the catalogue to the file [target], which must not exist: a GeoPackage that QGIS opens.
 *
 * @throws JalonException.InvalidInput if [target] exists or cannot be created.
 * @throws JalonException.StorageFull if the disk is full.
 */
public suspend fun Catalogue.export(target: File): Unit = export(target.absolutePath)
