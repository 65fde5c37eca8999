package org.jalon

import java.io.File
import org.jalon.ffi.Catalogue
import org.jalon.ffi.ImportSummary
import org.jalon.ffi.JalonException
import org.jalon.ffi.Journal
import org.jalon.ffi.Picture
import org.jalon.ffi.Report
import org.jalon.ffi.ReportPhoto
import org.jalon.ffi.Reports

// The records carry paths, which every language has; here they are files.

/** Where the picture is on the device; null where no pack brought it. */
public val Picture.file: File? get() = path?.let(::File)

/** Where the photo is. It belongs to the journal: read it, and leave it there. */
public val ReportPhoto.file: File get() = File(path)

/**
 * Attaches a photo to a draft: it is turned upright and made small, and nothing else of the file comes along, no place and no
 * camera. The file is read, and stays where it is.
 *
 * @throws JalonException.InvalidInput where it is no JPEG, PNG or WebP. HEIC is for the platform to convert: on Android the
 *   class `Photos` does.
 */
public suspend fun Reports.attachPhoto(id: String, photo: File): Report = attachPhoto(id, photo.absolutePath)

/** Attaches a JPEG that is small already and has nothing in it but the picture, byte for byte. */
public suspend fun Reports.attachEncodedPhoto(id: String, jpeg: File): Report = attachEncodedPhoto(id, jpeg.absolutePath)

/**
 * Writes everything that is not accepted yet ([all] for that too), with photos, favourites and notes, to the zip file
 * [target], which must not exist. Gives the number of reports.
 *
 * @throws JalonException.InvalidInput
 * @throws JalonException.StorageFull
 */
public suspend fun Journal.export(target: File, all: Boolean = false): ULong = export(target.absolutePath, all)

/**
 * Takes over what an export has and this journal has not.
 *
 * @throws JalonException.InvalidInput for a file that is no export.
 */
public suspend fun Journal.importFrom(source: File): ImportSummary = importFrom(source.absolutePath)

/**
 * Writes a copy of the catalogue, whole and in one file, to [target], which must not exist: a GeoPackage that QGIS opens.
 *
 * @throws JalonException.InvalidInput
 * @throws JalonException.StorageFull
 */
public suspend fun Catalogue.export(target: File): Unit = export(target.absolutePath)
